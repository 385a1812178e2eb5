// The marker file that makes a folder an exported project.
#pragma once

#include <string>

#include "qfx/backends/project.h"

namespace qfx::backends {

inline constexpr char kMarkerFile[] = "qfx_project.json";

std::string print_marker(const Project& project, const std::string& model);

}  // namespace qfx::backends
