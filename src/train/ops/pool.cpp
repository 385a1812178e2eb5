#include "train/ops/pool.h"

#include "train/ops/differentiable.h"
#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

at::Tensor mean(const at::Tensor& x, const graph::AvgPool2d& pool) {
  at::Tensor y = dense(
      at::avg_pool2d(x.to(at::kDouble), pool.kernel, pool.stride, pool.padding, false, true, 1));
  // By a number a library is free to multiply by its reciprocal.
  const auto area = static_cast<double>(pool.kernel[0] * pool.kernel[1]);
  if (!y.device().is_cpu()) return at::div(y, at::full_like(y, area));
  double* values = y.data_ptr<double>();
  for (std::int64_t i = 0; i < y.numel(); ++i) values[i] /= area;
  return y;
}

}  // namespace

at::Tensor max_pool(const at::Tensor& x, const graph::MaxPool2d& pool) {
  return at::max_pool2d(x, pool.kernel, pool.stride, pool.padding);
}

at::Tensor exact_mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool) {
  return differentiable(
      {x},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {mean(inputs[0], pool)};
      },
      [pool](const BackwardCall& call) -> Tensors {
        const at::Tensor& x = call.kept[0];
        return {at::avg_pool2d_backward(call.dy[0].to(x.scalar_type()), x, pool.kernel, pool.stride,
                                        pool.padding, false, true, c10::nullopt)};
      })[0];
}

}  // namespace qfx::train
