// The modules that generated Verilog instantiates.
#pragma once

#include "qfx/backends/target.h"

namespace qfx::backends::verilog {

// Adds to a project the modules of support/verilog that its files under rtl/ name, and those that
// these name: what is only for simulation under sim/, the rest under rtl/.
void copy_support(Files& files);

}  // namespace qfx::backends::verilog
