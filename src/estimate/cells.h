// Yosys' statistics: cells of a module, with those of the modules in it.
#pragma once

#include <string>

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// `stat`: what Yosys' `stat -json` writes. Raises UserError where it is none or has no such module.
Resources resources_of_module(const std::string& stat, const std::string& module);

}  // namespace qfx::estimate
