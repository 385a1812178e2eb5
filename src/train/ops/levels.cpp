#include "train/ops/levels.h"

#include "train/machine/threads.h"
#include "train/ops/differentiable.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/kernels/levels.h"
#include "qfx/steps/loop.h"
#include "qfx/steps/thresholds.h"

namespace qfx::train {
namespace {

// +1 where it holds, else -1.
at::Tensor signs(const at::Tensor& holds, at::ScalarType type) {
  return holds.to(type).mul_(2).sub_(1);
}

template <class Body>
void in_slices(const at::Tensor& x, const Body& body) {
  steps::Blocks(flat_extent(x))
      .run(on_torchs_threads, [&](std::int64_t, std::int64_t at, const kernels::Extent& part) {
        body(at, part.size());
      });
}

template <class T>
at::Tensor levels_on_kernel(const at::Tensor& x, const std::vector<T>& thresholds) {
  at::Tensor y = at::empty_like(x);
  in_slices(x, [&](std::int64_t at, std::int64_t count) {
    kernels::count_reached<T>(x.data_ptr<T>() + at, thresholds, y.data_ptr<T>() + at, count);
  });
  return y;
}

template <class T>
at::Tensor levels_by_operators(const at::Tensor& x, const std::vector<T>& thresholds) {
  at::Tensor sum = at::zeros_like(x);
  for (const T threshold : thresholds) sum += signs(x.ge(threshold), x.scalar_type());
  return sum;
}

at::Tensor passed_within(const at::Tensor& x, const at::Tensor& gradient,
                         const graph::QuantSign& levels) {
  if (!x.device().is_cpu())
    return gradient * (x.abs().lt(levels.clip_range) * levels.largest()).to(x.scalar_type());
  const at::Tensor dy = dense_like(gradient, x);
  at::Tensor dx = at::empty_like(x);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    in_slices(x, [&](std::int64_t at, std::int64_t count) {
      kernels::pass_within(x.data_ptr<T>() + at, static_cast<T>(levels.clip_range),
                           static_cast<T>(levels.largest()), dy.data_ptr<T>() + at,
                           dx.data_ptr<T>() + at, count);
    });
  });
  return dx;
}

}  // namespace

at::Tensor quant_sign(const at::Tensor& x, const graph::QuantSign& levels) {
  return differentiable(
      {x},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {dense(inputs[0])};
        return {with_carrier(kept[0], [&](auto carrier) {
          const auto thresholds = steps::thresholds_of<decltype(carrier)>(levels);
          return kept[0].device().is_cpu() ? levels_on_kernel(kept[0], thresholds)
                                           : levels_by_operators(kept[0], thresholds);
        })};
      },
      [levels](const BackwardCall& call) -> Tensors {
        return {passed_within(call.kept[0], call.dy[0], levels)};
      })[0];
}

at::Tensor thermometer(const at::Tensor& x, const graph::Thermometer& thermometer) {
  // Channels innermost, each followed by its levels.
  const at::Tensor values = at::movedim(x.detach(), 1, -1).contiguous();
  const at::Tensor spread = with_carrier(values, [&](auto carrier) {
    using T = decltype(carrier);
    const std::vector<T> thresholds = steps::thresholds_of<T>(thermometer);
    if (!x.device().is_cpu()) {
      const at::Tensor row = double_tensor({thresholds.begin(), thresholds.end()});
      return signs(values.unsqueeze(-1).ge(row.to(values.options())), values.scalar_type());
    }
    std::vector<std::int64_t> shape = values.sizes().vec();
    shape.push_back(thermometer.levels);
    at::Tensor y = at::empty(shape, values.options());
    in_slices(values, [&](std::int64_t at, std::int64_t count) {
      kernels::spread_levels<T>(values.data_ptr<T>() + at, thresholds,
                                y.data_ptr<T>() + at * thermometer.levels, count);
    });
    return y;
  });
  return dense(at::movedim(at::flatten(spread, -2), -1, 1));
}

at::Tensor binary_weight(const at::Tensor& w, double clip_range) {
  return differentiable(
      {w},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {signs(inputs[0].gt(0), inputs[0].scalar_type())};
      },
      [clip_range](const BackwardCall& call) -> Tensors {
        return {call.dy[0] * call.kept[0].abs().le(clip_range)};
      })[0];
}

}  // namespace qfx::train
