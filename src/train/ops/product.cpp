#include "train/ops/product.h"

#include <algorithm>
#include <cmath>

#include "train/ops/border.h"
#include "train/ops/differentiable.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/kernels/depthwise_gradient.h"
#include "qfx/kernels/pixel_conv.h"

namespace qfx::train {
namespace {

class WithoutCudnn {
 public:
  WithoutCudnn() { at::globalContext().setUserEnabledCuDNN(false); }
  ~WithoutCudnn() { at::globalContext().setUserEnabledCuDNN(before_); }
  WithoutCudnn(const WithoutCudnn&) = delete;
  WithoutCudnn& operator=(const WithoutCudnn&) = delete;

 private:
  const bool before_ = at::globalContext().userEnabledCuDNN();
};

// Torch's own dispatch may choose NNPACK, whose 3x3 kernel is Winograd; oneDNN through this door is
// always direct. In float64 the only algorithm is im2col with a matrix product, on other devices
// too once cuDNN is left out, which may choose an FFT.
at::Tensor convolve(const at::Tensor& given, const at::Tensor& weight, const graph::Conv2d& conv) {
  const auto [x, padding] = for_window(given, conv.padding);
  if (x.scalar_type() == at::kFloat && x.device().is_cpu() &&
      at::globalContext().userEnabledMkldnn() && at::Context::hasMKLDNN()) {
    return at::mkldnn_convolution(x, weight, {}, padding, conv.stride, conv.dilation,
                                  conv.groups);
  }
  const WithoutCudnn direct;
  return at::convolution(x.to(at::kDouble), weight.to(at::kDouble), {}, conv.stride, padding,
                         conv.dilation, false, {0, 0}, conv.groups)
      .to(x.scalar_type());
}

// weight * 2^frac_bits, as the integers they are.
std::vector<std::int32_t> raw_weights(const at::Tensor& weight, const std::vector<int>& frac_bits) {
  const at::Tensor wide = weight.to(at::kDouble).contiguous();
  const double* w = wide.data_ptr<double>();
  std::vector<std::int32_t> raw(static_cast<std::size_t>(wide.numel()));
  const std::size_t inner = raw.size() / static_cast<std::size_t>(wide.size(0));
  for (std::size_t i = 0; i < raw.size(); ++i)
    raw[i] = static_cast<std::int32_t>(
        std::ldexp(w[i], frac_bits.size() == 1 ? frac_bits[0] : frac_bits[i / inner]));
  return raw;
}

// x in channels-last order.
at::Tensor convolve_integers(const at::Tensor& x, const at::Tensor& weight,
                             const kernels::ConvShape& shape, steps::Carrier carrier,
                             const steps::IntegerOperands& operands) {
  const std::vector<int>& bits = operands.weight_frac_bits;
  const kernels::PixelConv kernel(shape, raw_weights(weight, bits), operands.x_lo, operands.x_hi,
                                  operands.x_frac_bits, bits);
  at::Tensor y = at::empty({x.size(0), shape.out_channels, shape.out_height(), shape.out_width()},
                           x.options().dtype(type_of(carrier)), at::MemoryFormat::ChannelsLast);
  const std::int64_t x_size = x.numel() / x.size(0), y_size = y.numel() / y.size(0);
  const auto run = [&](const auto* from, auto* to) {
    at::parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int16_t> scratch = kernel.scratch();
      for (std::int64_t image = begin; image < end; ++image)
        kernel.run(from + image * x_size, to + image * y_size, scratch.data());
    });
  };
  with_carrier(x, [&](auto in) {
    with_carrier(y,
                 [&](auto out) { run(x.data_ptr<decltype(in)>(), y.data_ptr<decltype(out)>()); });
  });
  return y;
}

// Images go in this many parts, each with its own sums: how many threads there are does not show.
constexpr std::int64_t kGradientParts = 16;

// Gradients of x and weight; all in float32, on the processor.
std::pair<at::Tensor, at::Tensor> depthwise_backward(const at::Tensor& gradient,
                                                     const at::Tensor& input,
                                                     const at::Tensor& weight,
                                                     const kernels::ConvShape& shape,
                                                     bool wants_dx) {
  const at::Tensor x = input.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor dy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor w = weight.contiguous();
  const kernels::DepthwiseGradient kernel(
      shape, {w.data_ptr<float>(), static_cast<std::size_t>(w.numel())});
  const std::int64_t images = x.size(0), parts = std::min(kGradientParts, images);
  at::Tensor dx = wants_dx ? at::empty_like(x) : at::Tensor();
  at::Tensor dw = at::zeros({parts, shape.taps(), shape.channels}, w.options());
  const std::int64_t x_size = x.numel() / images, y_size = dy.numel() / images;
  const float *from = x.data_ptr<float>(), *above = dy.data_ptr<float>();
  float* to = wants_dx ? dx.data_ptr<float>() : nullptr;
  float* sums = dw.data_ptr<float>();
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(kernel.scratch_size()));
    for (std::int64_t part = begin; part < end; ++part) {
      for (std::int64_t i = part * images / parts; i < (part + 1) * images / parts; ++i)
        kernel.run(from + i * x_size, above + i * y_size, wants_dx ? to + i * x_size : nullptr,
                   sums + part * shape.taps() * shape.channels, scratch.data());
    }
  });
  return {dx, dw.sum(0).t().reshape(weight.sizes())};
}

at::Tensor conv_forward(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        steps::Carrier carrier,
                        const std::optional<steps::IntegerOperands>& integers) {
  const kernels::ConvShape shape = kernels::conv_shape(conv, x.size(1), x.size(2), x.size(3));
  if (integers && kernels::PixelConv::takes(shape))
    return convolve_integers(x.contiguous(at::MemoryFormat::ChannelsLast), weight, shape, carrier,
                             *integers);
  return convolve(x.to(type_of(carrier)), weight.to(type_of(carrier)), conv);
}

Tensors conv_backward(const BackwardCall& call, const graph::Conv2d& conv) {
  const at::Tensor &x = call.kept[0], &weight = call.kept[1];
  const at::Tensor dy = call.dy[0].to(x.scalar_type());
  const kernels::ConvShape shape = kernels::conv_shape(conv, x.size(1), x.size(2), x.size(3));
  if (shape.is_depthwise() && x.scalar_type() == at::kFloat && x.device().is_cpu() &&
      x.size(0) > 0) {
    const auto [dx, dw] = depthwise_backward(dy, x, weight, shape, call.wants(0));
    return {dx, dw};
  }
  const Bordered read = for_window(x, conv.padding);
  const auto d = at::convolution_backward(dy, read.images, weight, c10::nullopt, conv.stride,
                                          read.padding, conv.dilation, false, {0, 0}, conv.groups,
                                          {call.wants(0), call.wants(1), false});
  return {from_window(std::get<0>(d), conv.padding), std::get<1>(d)};
}

at::Tensor linear_forward(const at::Tensor& x, const at::Tensor& weight, steps::Carrier carrier) {
  const at::ScalarType type = type_of(carrier);
  // Other devices have matrix units that round float32 to fewer bits.
  const at::ScalarType sums = x.device().is_cpu() ? type : at::kDouble;
  return at::mm(x.to(sums), weight.to(sums).t()).to(type);
}

Tensors linear_backward(const BackwardCall& call) {
  const at::Tensor &x = call.kept[0], &weight = call.kept[1];
  const at::Tensor dy = call.dy[0].to(x.scalar_type());
  return {at::mm(dy, weight), at::mm(dy.t(), x)};
}

}  // namespace

at::Tensor exact_conv2d(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        steps::Carrier carrier,
                        const std::optional<steps::IntegerOperands>& integers) {
  return differentiable(
      {x, weight},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = inputs;
        return {conv_forward(inputs[0], inputs[1], conv, carrier, integers)};
      },
      [conv](const BackwardCall& call) { return conv_backward(call, conv); })[0];
}

at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, steps::Carrier carrier) {
  return differentiable(
      {x, weight},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = inputs;
        return {linear_forward(inputs[0], inputs[1], carrier)};
      },
      linear_backward)[0];
}

std::vector<steps::Grid> product_grids(const steps::Grid& x, const at::Tensor& weight,
                                       const std::vector<int>& frac_bits) {
  const at::Tensor row = weight.contiguous();
  const std::int64_t outputs = weight.size(0);
  return with_carrier(row, [&](auto carrier) {
    return steps::product_grids(x, row.data_ptr<decltype(carrier)>(), outputs,
                                row.numel() / outputs, frac_bits);
  });
}

}  // namespace qfx::train
