// The folded pair of a BatchNorm: from moments to cast values, and back to gamma and beta.
#pragma once

#include "train/ops/chain.h"

namespace qfx::train {

// The moments of the batch, from the sums of a channel's values and of their squares over the
// values that are here; with peers, of the batch of all processes.
void set_moments(BatchNormCall& call, const std::vector<double>& sums,
                 const std::vector<double>& squares, std::int64_t values);

struct BatchNormPair {
  std::vector<float> scale, offset;    // before their casts
  at::Tensor cast_scale, cast_offset;  // {C} in the type of x
  Carrier wide = Carrier::Float32;     // where scale * x + offset is exact
};

// From the batch's moments in the call, by graph::fold_pair's formula, or the pair that the call
// brings. Raises UserError where no carrier is exact.
BatchNormPair fold(const BatchNormCall& call, const at::Tensor& gamma, const at::Tensor& beta,
                   at::ScalarType type);

struct BatchNormGradients {
  at::Tensor gamma, beta;        // {C} float32
  at::Tensor f_scale, f_offset;  // of the pair's points
  // The batch's share of the gradient of x: a[c] + b[c] * x. Empty under running statistics.
  std::vector<double> a, b;
};
// d_scale, d_offset: the gradients of the cast pair.
BatchNormGradients backward(const BatchNormCall& call, const BatchNormPair& pair,
                            const at::Tensor& gamma, std::vector<double> d_scale,
                            std::vector<double> d_offset);

// The narrowest carrier in which scale * x + offset is exact for these cast values, on every
// channel. Raises UserError naming `node` where there is none.
Carrier affine_carrier(const Grid& x, const std::vector<double>& scale,
                       const std::vector<int>& scale_frac_bits, const std::vector<double>& offset,
                       const std::vector<int>& offset_frac_bits, const std::string& node);

}  // namespace qfx::train
