// directives.tcl: the solution that Catapult makes of a project.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::catapult {

std::string print_script(const hls::Design& design, const ExportOptions& options);

// How a person runs it: a section of the README.
std::string print_usage(const hls::Design& design, const ExportOptions& options);

}  // namespace qfx::backends::catapult
