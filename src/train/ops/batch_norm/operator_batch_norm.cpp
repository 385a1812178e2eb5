#include "train/ops/batch_norm/operator_batch_norm.h"

#include "train/tensors/layout.h"
#include "train/ops/batch_norm/batch_norm_pair.h"
#include "train/ops/overflow_count.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct PairCall : torch::CustomClassHolder {
  BatchNormCallPtr norm;
  BatchNormPair pair;
};
using PairCallPtr = c10::intrusive_ptr<PairCall>;

void measure(const at::Tensor& x, BatchNormCall& norm) {
  const auto axes = all_but_channels(x);
  const at::Tensor wide = x.to(at::kDouble);
  const std::vector<double> both = doubles(at::cat({wide.sum(axes), (wide * wide).sum(axes)}));
  const auto middle = both.begin() + x.size(1);
  set_moments(norm, {both.begin(), middle}, {middle, both.end()}, x.numel() / x.size(1));
}

// One node of the graph, whose gradients lie where x lies: several processes add up in its forward
// and its backward, and they must do so in one order. Torch's engine has an order for one device's
// nodes, and none between a device's and the processor's.
struct OperatorPair : Function<OperatorPair> {
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const at::Tensor& gamma, const at::Tensor& beta, const at::Tensor&,
                               const at::Tensor&, const PairCallPtr& call) {
    if (call->norm->uses_batch()) measure(x, *call->norm);
    call->pair = fold(*call->norm, gamma, beta, x.scalar_type());
    context->save_for_backward({x, gamma});
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    return {call->pair.cast_scale.to(x.device()), call->pair.cast_offset.to(x.device())};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const auto call =
        c10::static_intrusive_pointer_cast<PairCall>(context->saved_data["call"].toCapsule());
    const BatchNormGradients d = train::backward(*call->norm, call->pair, saved[1],
                                                 doubles(gradients[0]), doubles(gradients[1]));
    at::Tensor dx;
    if (call->norm->uses_batch()) dx = along_channels(d.a, x) + along_channels(d.b, x) * x;
    return {dx, d.gamma, d.beta, d.f_scale, d.f_offset, at::Tensor()};
  }
};

void count_member(const std::vector<float>& values, const Assignment& assignment) {
  count_values(at::tensor(at::ArrayRef<float>(values)), assignment);
}

}  // namespace

CastPair cast_pair(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                   const at::Tensor& f_scale, const at::Tensor& f_offset,
                   const BatchNormCallPtr& norm) {
  const auto call = c10::make_intrusive<PairCall>();
  call->norm = norm;
  // Under running statistics nothing of the pair comes from x.
  const at::Tensor source = norm->uses_batch() ? x : x.detach();
  const variable_list both = OperatorPair::apply(source, gamma, beta, f_scale, f_offset, call);
  const at::Tensor inputs[] = {source, gamma, beta, f_scale, f_offset};
  if (counts_now(*norm->scale, inputs)) count_member(call->pair.scale, *norm->scale);
  if (counts_now(*norm->offset, inputs)) count_member(call->pair.offset, *norm->offset);
  return {both[0], both[1], call->pair.wide};
}

}  // namespace qfx::train
