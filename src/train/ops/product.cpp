#include "train/ops/product.h"

#include <algorithm>
#include <cmath>

#include "train/tensors/layout.h"

#include "qfx/kernels/depthwise_gradient.h"
#include "qfx/kernels/pixel_conv.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::ScalarType type_of(Carrier carrier) {
  return carrier == Carrier::Float32 ? at::kFloat : at::kDouble;
}

struct ConvAttributes : torch::CustomClassHolder {
  explicit ConvAttributes(const graph::Conv2d& from) : conv(from) {}
  graph::Conv2d conv;
};

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
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv) {
  if (x.scalar_type() == at::kFloat && x.device().is_cpu() &&
      at::globalContext().userEnabledMkldnn() && at::Context::hasMKLDNN()) {
    return at::mkldnn_convolution(x, weight, {}, conv.padding, conv.stride, conv.dilation,
                                  conv.groups);
  }
  const WithoutCudnn direct;
  return at::convolution(x.to(at::kDouble), weight.to(at::kDouble), {}, conv.stride, conv.padding,
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

kernels::ConvShape shape_of(const at::Tensor& x, const at::Tensor& weight,
                            const graph::Conv2d& conv) {
  return {.channels = x.size(1),
          .height = x.size(2),
          .width = x.size(3),
          .out_channels = weight.size(0),
          .groups = conv.groups,
          .kernel_height = conv.kernel[0],
          .kernel_width = conv.kernel[1],
          .stride_height = conv.stride[0],
          .stride_width = conv.stride[1],
          .pad_height = conv.padding[0],
          .pad_width = conv.padding[1],
          .dilation_height = conv.dilation[0],
          .dilation_width = conv.dilation[1]};
}

// x in channels-last order.
at::Tensor convolve_integers(const at::Tensor& x, const at::Tensor& weight,
                             const kernels::ConvShape& shape, Carrier carrier,
                             const IntegerOperands& operands) {
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

struct ExactConv2d : Function<ExactConv2d> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const graph::Conv2d& conv, Carrier carrier,
                            const std::optional<IntegerOperands>& integers) {
    context->save_for_backward({x, weight});
    context->saved_data["conv"] =
        c10::IValue::make_capsule(c10::make_intrusive<ConvAttributes>(conv));
    const kernels::ConvShape shape = shape_of(x, weight, conv);
    if (integers && kernels::PixelConv::takes(shape))
      return convolve_integers(x.contiguous(at::MemoryFormat::ChannelsLast), weight, shape, carrier,
                               *integers);
    return convolve(x.to(type_of(carrier)), weight.to(type_of(carrier)), conv);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const graph::Conv2d& conv =
        c10::static_intrusive_pointer_cast<ConvAttributes>(context->saved_data["conv"].toCapsule())
            ->conv;
    const at::Tensor dy = gradients[0].to(x.scalar_type());
    const kernels::ConvShape shape = shape_of(x, weight, conv);
    if (shape.is_depthwise() && x.scalar_type() == at::kFloat && x.device().is_cpu() &&
        x.size(0) > 0) {
      const auto [dx, dw] = depthwise_backward(dy, x, weight, shape, context->needs_input_grad(0));
      return {dx, dw, at::Tensor(), at::Tensor(), at::Tensor()};
    }
    const auto d = at::convolution_backward(
        dy, x, weight, c10::nullopt, conv.stride, conv.padding, conv.dilation, false, {0, 0},
        conv.groups, {context->needs_input_grad(0), context->needs_input_grad(1), false});
    return {std::get<0>(d), std::get<1>(d), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

struct ExactLinear : Function<ExactLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            Carrier carrier) {
    context->save_for_backward({x, weight});
    const at::ScalarType type = type_of(carrier);
    // Other devices have matrix units that round float32 to fewer bits.
    const at::ScalarType sums = x.device().is_cpu() ? type : at::kDouble;
    return at::mm(x.to(sums), weight.to(sums).t()).to(type);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor dy = gradients[0].to(x.scalar_type());
    return {at::mm(dy, weight), at::mm(dy.t(), x), at::Tensor()};
  }
};

}  // namespace

at::Tensor exact_conv2d(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        Carrier carrier, const std::optional<IntegerOperands>& integers) {
  return ExactConv2d::apply(x, weight, conv, carrier, integers);
}

at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, Carrier carrier) {
  return ExactLinear::apply(x, weight, carrier);
}

std::vector<Grid> product_grids(const Grid& x, const at::Tensor& weight,
                                const std::vector<int>& frac_bits) {
  const at::Tensor dense_weight = weight.contiguous();
  const std::int64_t outputs = weight.size(0);
  const std::int64_t inner = weight.numel() / outputs;
  std::vector<Grid> grids(outputs);
  with_carrier(dense_weight, [&](auto carrier) {
    const auto* w = dense_weight.data_ptr<decltype(carrier)>();
    for (std::int64_t o = 0; o < outputs; ++o) {
      double magnitude = 0;
      for (std::int64_t i = 0; i < inner; ++i) {
        magnitude += std::abs(static_cast<double>(w[o * inner + i]));
      }
      const int bits = frac_bits.size() == 1 ? frac_bits[0] : frac_bits[o];
      grids[o] = product(x, {bits, std::ldexp(magnitude, bits)});
    }
  });
  return grids;
}

std::optional<IntegerOperands> integer_operands(const fixed::Format& x, const fixed::Format& weight,
                                                const std::vector<int>& weight_frac_bits,
                                                const std::vector<Grid>& sums) {
  const auto fits = [](const fixed::Format& f) { return f.width <= (f.is_signed ? 16 : 15); };
  const bool sums_fit = std::all_of(sums.begin(), sums.end(),
                                    [](const Grid& g) { return g.max_raw < std::ldexp(1.0, 31); });
  if (!fits(x) || !fits(weight) || !sums_fit) return std::nullopt;
  return IntegerOperands{fixed::min_raw(x), fixed::max_raw(x), x.frac_bits(), weight_frac_bits};
}

}  // namespace qfx::train
