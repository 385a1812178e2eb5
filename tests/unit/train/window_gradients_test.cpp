// Windows whose padding differs between the sides, that have holes or count differently: values and
// gradients against torch's own, with the border put around the images first or by ceil_mode.
#include <gtest/gtest.h>

#include "train/ops/pool.h"
#include "train/ops/product.h"

namespace qfx::train {
namespace {

at::Tensor integers(at::IntArrayRef shape) {
  return at::randint(-20, 21, shape).to(at::kFloat);
}

at::Tensor leaf(const at::Tensor& values) {
  return values.clone().set_requires_grad(true);
}

// f and g of the same leaves: values, and the gradients of every leaf.
template <class F, class G>
void expect_same(const std::vector<at::Tensor>& values, const F& f, const G& g) {
  std::vector<at::Tensor> ours, torchs;
  for (const at::Tensor& value : values) {
    ours.push_back(leaf(value));
    torchs.push_back(leaf(value));
  }
  const at::Tensor y = f(ours), expected = g(torchs);
  ASSERT_EQ(y.sizes(), expected.sizes());
  EXPECT_TRUE(at::allclose(y.to(at::kFloat), expected, 1e-5, 1e-5));
  const at::Tensor dy = integers(y.sizes());
  y.backward(dy.to(y.scalar_type()));
  expected.backward(dy);
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(at::allclose(ours[i].grad(), torchs[i].grad(), 1e-5, 1e-5)) << "of operand " << i;
}

TEST(WindowGradients, OfAConvolutionWithFourPaddings) {
  at::manual_seed(3);
  for (const std::int64_t groups : {1, 2, 4}) {
    const graph::Conv2d conv{.out_channels = 4,
                             .kernel = {3, 2},
                             .stride = {2, 1},
                             .padding = {0, 2, 3, 1},
                             .dilation = {1, 2},
                             .groups = groups};
    expect_same(
        {integers({3, 4, 7, 6}), integers({4, 4 / groups, 3, 2})},
        [&](const auto& leaves) {
          return exact_conv2d(leaves[0], leaves[1], conv, steps::Carrier::Float32);
        },
        [&](const auto& leaves) {
          const at::Tensor padded = at::constant_pad_nd(leaves[0], {2, 1, 0, 3}, 0);
          return at::convolution(padded, leaves[1], {}, conv.stride, {0, 0}, conv.dilation, false,
                                 {0, 0}, groups);
        });
  }
}

TEST(WindowGradients, OfAMaximumWithHoles) {
  at::manual_seed(4);
  const graph::MaxPool2d pool{
      .kernel = {3, 2}, .stride = {2, 1}, .padding = {0, 2, 1, 0}, .dilation = {1, 2}};
  expect_same(
      {at::randn({2, 3, 6, 7})}, [&](const auto& leaves) { return max_pool(leaves[0], pool); },
      [&](const auto& leaves) {
        const at::Tensor padded = at::constant_pad_nd(leaves[0], {2, 0, 0, 1}, -1e30);
        return at::max_pool2d(padded, pool.kernel, pool.stride, {0, 0}, pool.dilation);
      });
}

// Of 6 x 7: ceil_mode lets one more window in, a row and a column beyond the padding.
TEST(WindowGradients, OfMeansThatCountDifferently) {
  at::manual_seed(5);
  for (const bool counts : {true, false}) {
    for (const bool is_exact : {true, false}) {
      for (const std::int64_t beyond : {0, 1}) {
        const graph::AvgPool2d pool{.kernel = {3, 2},
                                    .stride = {2, 2},
                                    .padding = {1, 0},
                                    .count_include_pad = counts,
                                    .overhang = {beyond, beyond}};
        expect_same(
            {integers({2, 3, 6, 7})},
            [&](const auto& leaves) {
              return is_exact ? exact_mean_pool(leaves[0], pool) : mean_pool(leaves[0], pool);
            },
            [&](const auto& leaves) {
              return at::avg_pool2d(leaves[0], pool.kernel, pool.stride, {1, 0}, beyond > 0, counts);
            });
      }
    }
  }
}

// Holes torch's mean does not have: a convolution with a tap for each element.
TEST(WindowGradients, OfAMeanWithHoles) {
  at::manual_seed(6);
  const graph::AvgPool2d pool{
      .kernel = {2, 3}, .stride = {1, 2}, .padding = {1, 0, 2, 3}, .dilation = {3, 1}};
  expect_same(
      {integers({2, 3, 6, 7})},
      [&](const auto& leaves) { return exact_mean_pool(leaves[0], pool); },
      [&](const auto& leaves) {
        const at::Tensor padded = at::constant_pad_nd(leaves[0], {0, 3, 1, 2}, 0);
        return at::convolution(padded, at::full({3, 1, 2, 3}, 1.0F / 6), {}, pool.stride, {0, 0},
                               pool.dilation, false, {0, 0}, 3);
      });
}

}  // namespace
}  // namespace qfx::train
