#include "train/ops/batch_norm/batch_moments.h"

#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {

std::pair<std::vector<double>, std::vector<double>> channel_sums(const at::Tensor& a,
                                                                 const at::Tensor& b) {
  const auto axes = all_but_channels(a);
  const std::vector<double> both =
      doubles(at::cat({a.sum(axes, false, at::kDouble), b.sum(axes, false, at::kDouble)}));
  const auto middle = both.begin() + a.size(1);
  return {{both.begin(), middle}, {middle, both.end()}};
}

steps::Moments batch_moments(const at::Tensor& x, const steps::AddUp& add_up) {
  const at::Tensor wide = x.to(at::kDouble);
  const auto [sums, squares] = channel_sums(wide, wide * wide);
  return steps::moments_of(sums, squares, x.numel() / x.size(1), add_up);
}

}  // namespace qfx::train
