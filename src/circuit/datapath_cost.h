// Products, shifts and element-wise operations by the cost table.
#pragma once

#include "qfx/circuit/circuit.h"
#include "qfx/circuit/plan.h"

namespace qfx::circuit {

// A multiplier, in tables or DSPs.
Resources multiply_cost(int a, int b);

// LUTs of choosing one of `ways` shifts, a bit.
double shift_cost(int ways);

// Bits of one weight in its memory.
std::int64_t weight_bits(const dataflow::MultiplyAccumulate& work);

// `outputs` sums of `operands` products each, of inputs of this width.
Resources products_cost(const dataflow::MultiplyAccumulate& work, int width, std::int64_t outputs,
                        std::int64_t operands);

// All products of the matrix as additions, no weight read from a memory.
Resources adder_graph_cost(const dataflow::MultiplyAccumulate& work, int width);

// An element-wise process on so many lanes, with its register.
Resources map_cost(const dataflow::Network& network, const dataflow::Process& process,
                   std::int64_t lanes);

}  // namespace qfx::circuit
