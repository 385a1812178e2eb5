// Sums of products with a weight, element by element (docs/semantics.md). For reference*.cpp alone.
#pragma once

#include <vector>

#include "support/reference_tensor.h"

namespace qfx::test::reference {

std::vector<Exact> convolve(const FrozenNode& node, const graph::Conv2d& conv, const Tensor& x);
std::vector<Exact> convolve_fraction(const FrozenNode& node, const graph::FractionalConv2d& conv,
                                     const Tensor& x);
std::vector<Exact> multiply(const FrozenNode& node, const graph::Linear& linear, const Tensor& x);

}  // namespace qfx::test::reference
