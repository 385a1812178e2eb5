#include "train/ops/pool.h"

#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct PoolAttributes : torch::CustomClassHolder {
  explicit PoolAttributes(const graph::AvgPool2d& from) : pool(from) {}
  graph::AvgPool2d pool;
};

struct ExactMeanPool : Function<ExactMeanPool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            const graph::AvgPool2d& pool) {
    context->save_for_backward({x});
    context->saved_data["pool"] =
        c10::IValue::make_capsule(c10::make_intrusive<PoolAttributes>(pool));
    at::Tensor y = dense(
        at::avg_pool2d(x.to(at::kDouble), pool.kernel, pool.stride, pool.padding, false, true, 1));
    // By a number a library is free to multiply by its reciprocal.
    const auto area = static_cast<double>(pool.kernel[0] * pool.kernel[1]);
    if (!y.device().is_cpu()) return at::div(y, at::full_like(y, area));
    double* values = y.data_ptr<double>();
    for (std::int64_t i = 0; i < y.numel(); ++i) values[i] /= area;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const graph::AvgPool2d& pool =
        c10::static_intrusive_pointer_cast<PoolAttributes>(context->saved_data["pool"].toCapsule())
            ->pool;
    return {at::avg_pool2d_backward(gradients[0].to(x.scalar_type()), x, pool.kernel, pool.stride,
                                    pool.padding, false, true, c10::nullopt),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor max_pool(const at::Tensor& x, const graph::MaxPool2d& pool) {
  return at::max_pool2d(x, pool.kernel, pool.stride, pool.padding);
}

at::Tensor exact_mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool) {
  return ExactMeanPool::apply(x, pool);
}

}  // namespace qfx::train
