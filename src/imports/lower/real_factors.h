// Factors and terms of a quantized network that no format holds exactly: as many of single
// precision's bits as training carries, in float64, with what they multiply.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qfx/fixed/format.h"
#include "qfx/graph/graph.h"

namespace qfx::imports {

// A value that the file does not round has at most so many bits where a factor multiplies it.
inline constexpr int kMultipliedWidth = 27;

// By node: whether a factor, a weight or another value multiplies it, or what only moves it.
std::vector<bool> multiplied(const graph::Model& model);

// The most fraction bits that the sum factor * x + term may have, so that it is carried. Nothing
// where the format of x is calibrated: that is 16 bits, and all is well.
std::optional<int> finest_sum(const std::optional<fixed::Format>& x, std::span<const float> factor,
                              std::span<const float> term);

// Formats of the parameter with these values: a point for each channel of a factor, one for all of a
// term, none finer than `finest`.
void widen_factor(graph::Param& param, std::span<const float> values, std::optional<int> finest);
void widen_term(graph::Param& param, std::span<const float> values, std::optional<int> finest);

}  // namespace qfx::imports
