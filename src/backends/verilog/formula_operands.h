// What an operation of a formula reads, and when.
#pragma once

#include <vector>

#include "qfx/circuit/formula.h"

namespace qfx::backends::verilog {

// The values that it reads.
std::vector<circuit::Ref> operands_of(const circuit::Value& value);

// The stage at which it reads them.
int reads_at(const circuit::Value& value);

}  // namespace qfx::backends::verilog
