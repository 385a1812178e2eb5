// The target `vitis`: C++ on ap_types for Vitis HLS.
#pragma once

#include "qfx/backends/target.h"

namespace qfx::backends::vitis {

Target target();

}  // namespace qfx::backends::vitis
