#include "train/ops/accumulate.h"

#include <functional>

#include "train/ops/border.h"
#include "train/ops/differentiable.h"
#include "train/ops/pool.h"
#include "train/tensors/layout.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::train {
namespace {

at::Tensor on_processor(const at::Tensor& x) {
  return x.detach().to(at::kCPU, at::kDouble).contiguous();
}

void cast_in_place(at::Tensor& sums, const fixed::Format& format) {
  const int frac_bits = format.frac_bits();
  kernels::fake_cast(sums.data_ptr<double>(), sums.data_ptr<double>(), flat_extent(sums), format,
                     &frac_bits);
}

// {outputs, places} of what begins with `start`, {outputs, 1}: for operand after operand of columns
// {groups, operands, places} its product with a column of weights {groups, outputs / groups,
// operands}.
at::Tensor add_up(const at::Tensor& columns, const at::Tensor& weights, const at::Tensor& start,
                  const fixed::Format& format) {
  at::Tensor sums = start.expand({start.size(0), columns.size(2)}).clone();
  cast_in_place(sums, format);
  at::Tensor by_group = sums.view({weights.size(0), weights.size(1), columns.size(2)});
  for (std::int64_t k = 0; k < columns.size(1); ++k) {
    by_group.addcmul_(weights.narrow(2, k, 1), columns.narrow(1, k, 1));
    cast_in_place(sums, format);
  }
  return sums;
}

at::Tensor start_of(const at::Tensor& bias, std::int64_t outputs) {
  return bias.defined() ? on_processor(bias).unsqueeze(1)
                        : at::zeros({outputs, 1}, at::TensorOptions().dtype(at::kDouble));
}

struct Windows {
  graph::Pair kernel, stride;
  graph::Sides padding;
  graph::Pair dilation;
  std::int64_t groups = 1;

  std::int64_t places(const at::Tensor& x, int axis) const {
    const std::int64_t covered = dilation[axis] * (kernel[axis] - 1) + 1;
    return (x.size(2 + axis) + padding.both(axis) - covered) / stride[axis] + 1;
  }
};

// {N, outputs, H', W'}; weights {groups, outputs / groups, operands}, float64 on the processor.
at::Tensor add_up_windows(const at::Tensor& given, const Windows& windows,
                          const at::Tensor& weights, const at::Tensor& start,
                          const fixed::Format& format) {
  const at::Tensor x = on_processor(given);
  const std::int64_t height = windows.places(x, 0), width = windows.places(x, 1);
  const Bordered read = for_window(x, windows.padding);
  at::Tensor y = at::empty({x.size(0), start.size(0), height * width}, x.options());
  at::parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    for (std::int64_t image = begin; image < end; ++image) {
      const at::Tensor columns = at::im2col(read.images[image], windows.kernel, windows.dilation,
                                            read.padding, windows.stride);
      y[image].copy_(
          add_up(columns.view({windows.groups, -1, height * width}), weights, start, format));
    }
  });
  return channels_last(y.view({x.size(0), start.size(0), height, width})).to(given.device());
}

}  // namespace

at::Tensor accumulated_conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const graph::Conv2d& conv, const fixed::Format& accumulator) {
  const Windows windows{conv.kernel, conv.stride, conv.padding, conv.dilation, conv.groups};
  const at::Tensor weights =
      on_processor(weight).view({conv.groups, conv.out_channels / conv.groups, -1});
  return add_up_windows(x, windows, weights, start_of(bias, conv.out_channels), accumulator);
}

at::Tensor accumulated_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const fixed::Format& accumulator) {
  const at::NoGradGuard no_grad;
  const at::Tensor columns = on_processor(x).t().contiguous().unsqueeze(0);
  const at::Tensor sums = add_up(columns, on_processor(weight).unsqueeze(0),
                                 start_of(bias, weight.size(0)), accumulator);
  return sums.t().contiguous().to(x.device());
}

at::Tensor accumulated_mean(const at::Tensor& x, const graph::AvgPool2d& pool,
                            const fixed::Format& accumulator) {
  const graph::Window window = pool.window();
  const std::int64_t channels = x.size(1), taps = pool.kernel[0] * pool.kernel[1];
  const Windows windows{pool.kernel, pool.stride, window.padding, pool.dilation, channels};
  const auto doubles = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor sums = add_up_windows(x, windows, at::ones({channels, 1, taps}, doubles),
                                         at::zeros({channels, 1}, doubles), accumulator);
  return sums / window_sizes(window, x, sums);
}

at::Tensor with_gradient_of(const at::Tensor& exact, const at::Tensor& values) {
  return differentiable(
      {exact}, [&](const Tensors&, Tensors&) -> Tensors { return {values}; },
      [](const BackwardCall& call) -> Tensors { return {call.dy[0]}; })[0];
}

}  // namespace qfx::train
