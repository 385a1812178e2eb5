#include "train/calibration/input_moments.h"

#include <variant>

#include "train/ops/border.h"

namespace qfx::train {
namespace {

// Padded, and each place's window a column: {groups, K, places}.
at::Tensor windows(const graph::Conv2d& conv, const at::Tensor& x) {
  const Bordered bordered = for_window(x.to(at::kFloat), conv.padding);
  const at::Tensor columns = at::im2col(bordered.images.contiguous(), conv.kernel, conv.dilation,
                                        bordered.padding, conv.stride);
  const std::int64_t batch = columns.size(0), places = columns.size(2);
  return columns.reshape({batch, conv.groups, columns.size(1) / conv.groups, places})
      .permute({1, 2, 0, 3})
      .reshape({conv.groups, columns.size(1) / conv.groups, batch * places});
}

at::Tensor operands(const graph::Node& node, const at::Tensor& x) {
  if (const auto* conv = std::get_if<graph::Conv2d>(&node.op)) return windows(*conv, x);
  return x.to(at::kFloat).t().unsqueeze(0);
}

void accumulate(at::Tensor& sum, const at::Tensor& more) {
  sum = sum.defined() ? sum + more : more;
}

}  // namespace

void InputMoments::add(const graph::Node& node, const at::Tensor& real_input,
                       const at::Tensor& fixed_input) {
  const at::Tensor r = operands(node, real_input), f = operands(node, fixed_input);
  const at::Tensor f_transposed = f.transpose(1, 2);
  accumulate(fixed_fixed, at::bmm(f, f_transposed).to(at::kDouble));
  accumulate(real_fixed, at::bmm(r, f_transposed).to(at::kDouble));
  accumulate(fixed, at::sum(f, {2}, false, at::kDouble));
  accumulate(real, at::sum(r, {2}, false, at::kDouble));
  places += static_cast<double>(f.size(2));
}

void InputMoments::centre() {
  const at::Tensor mean = (fixed / places).unsqueeze(1);
  fixed_fixed = fixed_fixed - at::bmm(fixed.unsqueeze(2), mean);
  real_fixed = real_fixed - at::bmm(real.unsqueeze(2), mean);
}

}  // namespace qfx::train
