#include "train/ops/differentiable.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace qfx::train {
namespace {

constexpr const char* kBackward = "backward";

struct Backward : torch::CustomClassHolder {
  explicit Backward(BackwardFunction given) : function(std::move(given)) {}
  BackwardFunction function;
};

struct Operator : torch::autograd::Function<Operator> {
  static Tensors forward(torch::autograd::AutogradContext* context, at::TensorList inputs,
                         const ForwardFunction& forward, const BackwardFunction& backward) {
    Tensors kept;
    Tensors outputs = forward(inputs.vec(), kept);
    context->save_for_backward(std::move(kept));
    context->saved_data[kBackward] =
        c10::IValue::make_capsule(c10::make_intrusive<Backward>(backward));
    return outputs;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, Tensors dy) {
    const auto held =
        c10::static_intrusive_pointer_cast<Backward>(context->saved_data[kBackward].toCapsule());
    const Tensors kept = context->get_saved_variables();
    Tensors d = held->function(
        {kept, dy, [&](std::size_t input) { return context->needs_input_grad(input); }});
    d.resize(d.size() + 2);  // forward's other arguments, as torch counts them
    return d;
  }
};

}  // namespace

Tensors differentiable(const Tensors& inputs, const ForwardFunction& forward,
                       const BackwardFunction& backward) {
  return Operator::apply(at::TensorList(inputs), forward, backward);
}

}  // namespace qfx::train
