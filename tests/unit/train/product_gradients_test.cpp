// Gradients of products. Integers that float32 sums exactly: the order of the sums does not show.
#include <gtest/gtest.h>

#include "train/ops/product.h"

namespace qfx::train {
namespace {

struct Shape {
  std::int64_t images, channels, height, width;
  graph::Conv2d conv;
};

graph::Conv2d depthwise(std::int64_t channels, graph::Pair kernel, graph::Pair stride,
                        graph::Sides padding, graph::Pair dilation = {1, 1}) {
  return {.out_channels = channels,
          .kernel = kernel,
          .stride = stride,
          .padding = padding,
          .dilation = dilation,
          .groups = channels};
}

at::Tensor integers(at::IntArrayRef shape) {
  return at::randint(-20, 21, shape).to(at::kFloat);
}

TEST(ProductGradients, OfADepthwiseConvolutionAreTorchs) {
  at::manual_seed(1);
  const Shape shapes[] = {{1, 16, 9, 9, depthwise(16, {3, 3}, {1, 1}, {1, 1})},
                          {17, 5, 8, 7, depthwise(5, {3, 3}, {2, 2}, {1, 1})},
                          {40, 24, 6, 11, depthwise(24, {5, 3}, {1, 3}, {2, 0}, {1, 2})},
                          {3, 2, 7, 1, depthwise(2, {4, 1}, {3, 1}, {3, 0})}};
  for (const Shape& s : shapes) {
    for (const bool channels_last : {true, false}) {
      for (const bool wants_dx : {true, false}) {
        at::Tensor x = integers({s.images, s.channels, s.height, s.width});
        if (channels_last) x = x.contiguous(at::MemoryFormat::ChannelsLast);
        x.requires_grad_(wants_dx);
        at::Tensor w = integers({s.channels, 1, s.conv.kernel[0], s.conv.kernel[1]});
        w.requires_grad_(true);
        const at::Tensor y = exact_conv2d(x, w, s.conv, steps::Carrier::Float32);
        const at::Tensor dy = integers(y.sizes());
        y.backward(dy);
        const auto [dx, dw, db] = at::convolution_backward(
            dy, x.detach(), w.detach(), c10::nullopt, s.conv.stride,
            {s.conv.padding.top, s.conv.padding.left},
            s.conv.dilation, false, {0, 0}, s.conv.groups, {true, true, false});
        EXPECT_TRUE(at::equal(w.grad(), dw)) << s.images << " images";
        EXPECT_EQ(x.grad().defined(), wants_dx);
        if (wants_dx) {
          EXPECT_TRUE(at::equal(x.grad(), dx)) << s.images << " images";
        }
      }
    }
  }
}

// Its images are summed in parts of their own, however many threads there are.
TEST(ProductGradients, OfADepthwiseConvolutionDoNotKnowTheThreads) {
  at::manual_seed(2);
  const at::Tensor x = at::randn({37, 24, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor dy = at::randn({37, 24, 8, 8});
  const at::Tensor weight = at::randn({24, 1, 3, 3});
  const auto gradient = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    at::Tensor w = weight.clone().requires_grad_(true);
    exact_conv2d(x, w, depthwise(24, {3, 3}, {1, 1}, {1, 1}), steps::Carrier::Float32).backward(dy);
    at::set_num_threads(before);
    return w.grad();
  };
  EXPECT_TRUE(at::equal(gradient(1), gradient(2)));
}

}  // namespace
}  // namespace qfx::train
