#include "train/ops/pool.h"

#include <limits>

#include "train/ops/border.h"
#include "train/ops/differentiable.h"

#include "qfx/graph/window_counts.h"

namespace qfx::train {
namespace {

// Torch pads both sides alike and by half the kernel at most.
bool takes(const graph::Window& window) {
  return window.padding.is_alike() && 2 * window.padding.top <= window.kernel[0] &&
         2 * window.padding.left <= window.kernel[1];
}

graph::Pair alike(const graph::Sides& padding) {
  return {padding.top, padding.left};
}

// Windows whose sums torch's mean has: it knows no holes.
bool is_torchs(const graph::Window& window) {
  return takes(window) && window.dilation == graph::Pair{1, 1};
}

// f(what a tap sees of padded images at every place of the window), tap after tap.
template <class F>
void for_each_tap(const at::Tensor& padded, const graph::Window& window, const F& f) {
  const auto seen = [&](const at::Tensor& images, int axis, std::int64_t tap) {
    const std::int64_t reach = (window.kernel[axis] - 1) * window.dilation[axis];
    const std::int64_t last = (padded.size(2 + axis) - 1 - reach) / window.stride[axis];
    const std::int64_t first = tap * window.dilation[axis];
    return images.slice(2 + axis, first, first + last * window.stride[axis] + 1,
                        window.stride[axis]);
  };
  for (std::int64_t row = 0; row < window.kernel[0]; ++row) {
    for (std::int64_t column = 0; column < window.kernel[1]; ++column)
      f(seen(seen(padded, 0, row), 1, column));
  }
}

// Exact where x's type holds them.
at::Tensor sums(const at::Tensor& x, const graph::Window& window) {
  if (is_torchs(window))
    return at::avg_pool2d(x, window.kernel, window.stride, alike(window.padding), false, true, 1);
  at::Tensor all;
  for_each_tap(with_border(x, window.padding), window, [&](const at::Tensor& seen) {
    all = all.defined() ? all + seen : seen.clone();
  });
  return all;
}

// By a tensor: by a number a library is free to multiply by its reciprocal.
at::Tensor divided(const at::Tensor& y, const at::Tensor& x, const graph::Window& window) {
  return y / window_sizes(window, x, y);
}

at::Tensor mean_gradient(const at::Tensor& dy, const at::Tensor& x, const graph::Window& window) {
  const at::Tensor each = divided(dy, x, window);
  if (is_torchs(window))
    return at::avg_pool2d_backward(each, x, window.kernel, window.stride, alike(window.padding),
                                   false, true, 1);
  const at::Tensor dx = at::zeros_like(with_border(x, window.padding));
  for_each_tap(dx, window, [&](const at::Tensor& seen) { seen.add_(each); });
  return without_border(dx, window.padding);
}

}  // namespace

at::Tensor window_sizes(const graph::Window& window, const at::Tensor& x, const at::Tensor& y) {
  const graph::WindowCounts counts =
      graph::window_counts(window, {x.size(1), x.size(2), x.size(3)}, {y.size(1), y.size(2), y.size(3)});
  at::Tensor sizes = at::empty({1, 1, y.size(2), y.size(3)}, at::kDouble);
  double* to = sizes.data_ptr<double>();
  for (std::int64_t row = 0; row < y.size(2); ++row) {
    for (std::int64_t column = 0; column < y.size(3); ++column)
      *to++ = static_cast<double>(counts.count(row, column));
  }
  return sizes.to(y.device(), y.scalar_type());
}

at::Tensor max_pool(const at::Tensor& x, const graph::MaxPool2d& pool) {
  if (takes(pool.window()))
    return at::max_pool2d(x, pool.kernel, pool.stride, alike(pool.padding), pool.dilation);
  const at::Tensor padded =
      with_border(x, pool.padding, -std::numeric_limits<double>::infinity());
  return at::max_pool2d(padded, pool.kernel, pool.stride, {0, 0}, pool.dilation);
}

at::Tensor mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool) {
  return divided(sums(x, pool.window()), x, pool.window());
}

at::Tensor exact_mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool) {
  return differentiable(
      {x},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        const at::Tensor all = sums(inputs[0].to(at::kDouble), pool.window());
        return {divided(all, inputs[0], pool.window())};
      },
      [window = pool.window()](const BackwardCall& call) -> Tensors {
        const at::Tensor& x = call.kept[0];
        return {mean_gradient(call.dy[0].to(x.scalar_type()), x, window)};
      })[0];
}

}  // namespace qfx::train
