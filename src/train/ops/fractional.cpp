#include "train/ops/fractional.h"

#include "train/ops/border.h"
#include "train/ops/differentiable.h"
#include "train/ops/product.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/kernels/fractional_gate.h"
#include "qfx/kernels/pixel_conv.h"

namespace qfx::train {
namespace {

// FracBNN's slope of 5, in units of a third.
constexpr double kSlope = 5.0 / 3;
// What a sign of x / 3 passes on of 2 * sign.
constexpr double kOfSign = 2.0 / 3;

graph::Conv2d sums_of(const graph::FractionalConv2d& conv) {
  return {.out_channels = conv.out_channels,
          .kernel = conv.kernel,
          .stride = conv.stride,
          .padding = conv.padding,
          .dilation = conv.dilation,
          .groups = conv.groups};
}

// ---- in torch's operators ----------------------------------------------------------------------

at::Tensor doubled_signs(const at::Tensor& x, double clip_range) {
  return differentiable(
      {x},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {inputs[0].ge(0).to(inputs[0].scalar_type()).mul_(4).sub_(2)};
      },
      [clip_range](const BackwardCall& call) -> Tensors {
        return {call.dy[0] * kOfSign * call.kept[0].abs().le(3 * clip_range)};
      })[0];
}

Tensors gate_gradients(const BackwardCall& call) {
  const at::Tensor &coarse = call.kept[0], &full = call.kept[1], &dy = call.dy[0];
  const at::Tensor threshold = along_channels(call.kept[2], coarse);
  const at::Tensor open = coarse.gt(threshold);
  const at::Tensor s = at::sigmoid((coarse - threshold) * kSlope);
  const at::Tensor moved = dy * (full - coarse) * s * (1 - s) * kSlope * coarse.ge(threshold);
  const at::Tensor d_full = dy * open;
  return {dy - d_full + moved, d_full, moved.sum(all_but_channels(coarse)).neg()};
}

at::Tensor gated(const at::Tensor& coarse, const at::Tensor& full, const at::Tensor& threshold) {
  return differentiable(
      {coarse, full, threshold},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = inputs;
        const at::Tensor open = inputs[0].gt(along_channels(inputs[2], inputs[0]));
        return {at::where(open, inputs[1], inputs[0])};
      },
      gate_gradients)[0];
}

// ---- on the kernels ----------------------------------------------------------------------------

// 16 bits keep the sums, and every level's sign is within its range.
bool fits_kernels(const at::Tensor& x, const at::Tensor& weight,
                  const graph::FractionalConv2d& conv) {
  const std::int64_t largest = 3 * weight.numel() / weight.size(0);
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && conv.groups == 1 &&
         conv.clip_range >= 1 && largest < (std::int64_t{1} << 15);
}

struct Images {
  std::int64_t count, x_size, pixels, channels;  // of y: pixels and channels
  std::int64_t y_size() const { return pixels * channels; }
};

Tensors forward_on_kernels(const Tensors& inputs, const graph::Conv2d& conv, Tensors& kept) {
  const at::Tensor x = channels_last(inputs[0]), weight = inputs[1].contiguous();
  const at::Tensor threshold = inputs[2].contiguous();
  const kernels::ConvShape shape = kernels::conv_shape(conv, x.size(1), x.size(2), x.size(3));
  const std::vector<float> weights = floats(weight);
  const std::vector<std::int32_t> raw(weights.begin(), weights.end());
  const std::vector<int> weight_frac_bits{0};
  const kernels::PixelConv kernel(shape, raw, -3, 3, 0, weight_frac_bits);
  const Images images{x.size(0), x.numel() / x.size(0), shape.out_height() * shape.out_width(),
                      shape.out_channels};
  at::Tensor y =
      at::empty({images.count, shape.out_channels, shape.out_height(), shape.out_width()},
                x.options(), at::MemoryFormat::ChannelsLast);
  const at::Tensor coarse = at::empty({images.count, images.y_size()}, at::kShort);
  const at::Tensor full = at::empty_like(coarse);
  at::parallel_for(0, images.count, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int16_t> scratch = kernel.scratch();
    std::vector<std::int8_t> levels(static_cast<std::size_t>(images.x_size)), signs(levels);
    std::vector<std::int32_t> of_signs(static_cast<std::size_t>(images.y_size())),
        of_levels(of_signs);
    for (std::int64_t i = begin; i < end; ++i) {
      kernels::split_levels(x.data_ptr<float>() + i * images.x_size, levels.data(), signs.data(),
                            images.x_size);
      kernel.run(signs.data(), of_signs.data(), scratch.data());
      kernel.run(levels.data(), of_levels.data(), scratch.data());
      const std::int64_t at = i * images.y_size();
      kernels::fractional_gate(of_signs.data(), of_levels.data(), float_span(threshold),
                               images.pixels, y.data_ptr<float>() + at,
                               coarse.data_ptr<std::int16_t>() + at,
                               full.data_ptr<std::int16_t>() + at);
    }
  });
  kept = {x, weight, threshold, coarse, full};
  return {y};
}

// Images go in this many parts, each with its own sums: how many threads there are does not show.
constexpr std::int64_t kParts = 16;

// The gate's way back over a batch: of the levels, of both sums where wanted, of the threshold.
struct GateBack {
  at::Tensor of_levels, coarse, full, threshold;
};

GateBack gate_back(const BackwardCall& call, const at::Tensor& dy) {
  const at::Tensor &threshold = call.kept[2], &coarse = call.kept[3], &full = call.kept[4];
  const std::int64_t images = dy.size(0), channels = dy.size(1), pixels = dy.size(2) * dy.size(3);
  const std::int64_t parts = std::min(kParts, images), size = pixels * channels;
  GateBack back{at::empty_like(dy), {}, {}, {}};
  if (call.wants(1)) {
    back.coarse = at::empty_like(dy);
    back.full = at::empty_like(dy);
  }
  const auto data = [](const at::Tensor& tensor) {
    return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
  };
  float *to_levels = data(back.of_levels), *to_coarse = data(back.coarse),
        *to_full = data(back.full);
  at::Tensor sums = at::zeros({parts, channels}, at::kDouble);
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      for (std::int64_t i = part * images / parts; i < (part + 1) * images / parts; ++i) {
        const std::int64_t at = i * size;
        kernels::GateGradients gradients{to_levels + at};
        if (to_full != nullptr) gradients = {to_levels + at, to_coarse + at, to_full + at};
        kernels::fractional_gate_backward(coarse.data_ptr<std::int16_t>() + at,
                                          full.data_ptr<std::int16_t>() + at, float_span(threshold),
                                          dy.data_ptr<float>() + at, pixels, gradients,
                                          sums.data_ptr<double>() + part * channels);
      }
    }
  });
  back.threshold = sums.sum(0).to(at::kFloat);
  return back;
}

Tensors backward_on_kernels(const BackwardCall& call, const graph::Conv2d& conv) {
  const at::Tensor &x = call.kept[0], &weight = call.kept[1];
  const GateBack back = gate_back(call, call.dy[0].contiguous(at::MemoryFormat::ChannelsLast));
  const auto conv_backward = [&](const at::Tensor& dy, const at::Tensor& values, bool of_weight) {
    const Bordered read = for_window(values, conv.padding);
    return at::convolution_backward(dy, read.images, weight, c10::nullopt, conv.stride,
                                    read.padding, conv.dilation, false, {0, 0}, conv.groups,
                                    {!of_weight, of_weight, false});
  };
  Tensors gradients{{}, {}, back.threshold};
  if (call.wants(0)) 
    gradients[0] =
        from_window(std::get<0>(conv_backward(back.of_levels, x, false)), conv.padding);
  if (call.wants(1)) {
    const at::Tensor signs = x.ge(0).to(at::kFloat).mul_(4).sub_(2);
    gradients[1] = std::get<1>(conv_backward(back.full, x, true)) +
                   std::get<1>(conv_backward(back.coarse, signs, true));
  }
  return gradients;
}

}  // namespace

at::Tensor fractional_conv2d(const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& threshold, const graph::FractionalConv2d& conv,
                             const std::optional<steps::IntegerOperands>& integers) {
  const graph::Conv2d sums = sums_of(conv);
  if (integers && fits_kernels(x, weight, conv)) {
    return differentiable(
        {x, weight, threshold},
        [&](const Tensors& inputs, Tensors& kept) {
          return forward_on_kernels(inputs, sums, kept);
        },
        [sums](const BackwardCall& call) { return backward_on_kernels(call, sums); })[0];
  }
  const auto here = x.device().is_cpu() ? integers : std::nullopt;
  const auto carrier =
      x.scalar_type() == at::kDouble ? steps::Carrier::Float64 : steps::Carrier::Float32;
  const at::Tensor coarse =
      exact_conv2d(doubled_signs(x, conv.clip_range), weight, sums, carrier, here);
  return gated(coarse, exact_conv2d(x, weight, sums, carrier, here), threshold);
}

}  // namespace qfx::train
