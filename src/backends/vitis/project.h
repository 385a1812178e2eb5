// The marker file that makes a folder an exported project.
#pragma once

#include <string>

#include "backends/vitis/plan.h"

namespace qfx::backends::vitis {

inline constexpr char kMarkerFile[] = "qfx_project.json";

std::string print_marker(const Plan& plan);

}  // namespace qfx::backends::vitis
