// Yosys' statistics: cells of a module, with those of the modules in it.
#pragma once

#include <cstdint>
#include <string>

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// Memories: of LUTs, of blocks and UltraRAM; shift registers are none.
enum class Cells : std::uint8_t { All, Memories, Others };

// `stat`: what Yosys' `stat -json` writes. Raises UserError where it is none or has no such module.
Resources resources_of_module(const std::string& stat, const std::string& module,
                              Cells which = Cells::All);

}  // namespace qfx::estimate
