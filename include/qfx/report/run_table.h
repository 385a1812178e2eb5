// What a run came to, for a terminal.
#pragma once

#include <string>

namespace qfx::report {

// The end of a run: the float, fixed-point, integer and HLS accuracies, "-" where a part is
// missing, and the line of `qfx verify`. Raises UserError where the folder is no run folder.
std::string run_table(const std::string& run_folder);

}  // namespace qfx::report
