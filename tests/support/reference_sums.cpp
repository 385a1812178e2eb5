#include "support/reference_sums.h"

namespace qfx::test::reference {
namespace {

// term(weight, x) of every operand under the window of an output element that lies in the image.
template <class Conv, class Term>
void for_each_product(const FrozenNode& node, const Conv& conv, const Tensor& x, std::int64_t c,
                      std::int64_t oy, std::int64_t ox, Term term) {
  const std::int64_t group_inputs = x.channels() / conv.groups;
  const std::int64_t group_outputs = conv.out_channels / conv.groups;
  for (std::int64_t i = 0; i < group_inputs; ++i) {
    for (std::int64_t ky = 0; ky < conv.kernel[0]; ++ky) {
      for (std::int64_t kx = 0; kx < conv.kernel[1]; ++kx) {
        const std::int64_t y = oy * conv.stride[0] - conv.padding.top + ky * conv.dilation[0];
        const std::int64_t column = ox * conv.stride[1] - conv.padding.left + kx * conv.dilation[1];
        if (!x.inside(y, column)) continue;
        const std::int64_t index =
            ((c * group_inputs + i) * conv.kernel[0] + ky) * conv.kernel[1] + kx;
        term(param(node, graph::Role::Weight, index, c),
             x.at(c / group_outputs * group_inputs + i, y, column));
      }
    }
  }
}

}  // namespace

std::vector<Exact> convolve(const FrozenNode& node, const graph::Conv2d& conv, const Tensor& x) {
  return for_each_output(node, [&](std::int64_t c, std::int64_t oy, std::int64_t ox) {
    Sum sum(node);
    if (conv.has_bias) sum.add(param(node, graph::Role::Bias, c, c));
    for_each_product(node, conv, x, c, oy, ox,
                     [&](const Exact& weight, const Exact& value) { sum.add(weight * value); });
    return sum.total();
  });
}

// Of x = 2 * MSB + LSB the first bit alone, or both where its sum exceeds the threshold.
std::vector<Exact> convolve_fraction(const FrozenNode& node, const graph::FractionalConv2d& conv,
                                     const Tensor& x) {
  return for_each_output(node, [&](std::int64_t c, std::int64_t oy, std::int64_t ox) {
    Exact coarse, full;
    for_each_product(node, conv, x, c, oy, ox, [&](const Exact& weight, const Exact& value) {
      coarse = coarse + weight * Exact{value.raw < 0 ? -2 : 2};
      full = full + weight * value;
    });
    return param(node, graph::Role::Threshold, c, c) < coarse ? full : coarse;
  });
}
std::vector<Exact> multiply(const FrozenNode& node, const graph::Linear& linear, const Tensor& x) {
  std::vector<Exact> values;
  for (std::int64_t o = 0; o < linear.out_features; ++o) {
    Sum sum(node);
    if (linear.has_bias) sum.add(param(node, graph::Role::Bias, o, o));
    for (std::int64_t i = 0; i < x.size(); ++i)
      sum.add(param(node, graph::Role::Weight, o * x.size() + i, o) * x.at(i));
    values.push_back(sum.total());
  }
  return values;
}

}  // namespace qfx::test::reference
