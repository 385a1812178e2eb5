// How a person builds and runs the project.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

std::string print_makefile(const Design& design);
std::string print_readme(const Design& design, const ExportOptions& options);

}  // namespace qfx::backends::hls
