// Tensors of few odd values, which quant_sign and thermometer make.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qfx/graph/analyzed.h"

namespace qfx::runtime {

// How many bit planes (qfx/kernels/bit_planes.h) hold the values of node `id`, also where it only
// renames such a tensor; 0 where other values are possible.
int level_planes(const graph::Analyzed& analyzed, graph::NodeId id);

// Whether node `id` is a product with binary weights that counts bits. One that reads an input of
// other values, or sums beyond 32 bits, is a product of integers.
bool counts_bits(const graph::Analyzed& analyzed, graph::NodeId id);

// Whether node `id` is a convolution of a thermometer whose sums can be looked up by the values of
// the thermometer's input (qfx/kernels/spread_conv.h).
bool looks_up(const graph::Analyzed& analyzed, graph::NodeId id);

// Whether the tensor of node `id` is in memory as bit planes: everybody who reads it counts bits or
// takes its signs.
bool is_packed(const graph::Analyzed& analyzed, graph::NodeId id);

// The convolution that has multiplied the signs of a fractional_conv2d's input with the same
// weights already, and stored the exact sums in 16 bits; null where there is none, or node `id` is
// something else.
std::optional<graph::NodeId> upper_sums(const graph::Analyzed& analyzed, graph::NodeId id);

// The raw values of a quant_sign's input from which on each of its levels is reached, the lowest
// excepted. Values stand on the grid 2^-frac_bits and have 32 bits.
std::vector<std::int64_t> level_thresholds(const graph::QuantSign& op, int frac_bits);

}  // namespace qfx::runtime
