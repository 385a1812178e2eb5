#include "qfx/graph/signs.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

bool can_be_negative(const Preprocess& preprocess) {
  const auto positive = [](double mean) { return mean > 0; };
  return preprocess.signed_samples || std::ranges::any_of(preprocess.mean, positive);
}

// exp and what is built on it without a factor x stay above zero; the others have the sign of x.
bool follows_sign(FunctionName function) {
  switch (function) {
    case FunctionName::Sigmoid:
    case FunctionName::HardSigmoid:
    case FunctionName::Softplus:
    case FunctionName::Exp:
      return false;
    case FunctionName::Tanh:
    case FunctionName::HardSwish:
    case FunctionName::Silu:
    case FunctionName::Gelu:
    case FunctionName::Elu:
      return true;
  }
  internal_error("unknown function {}", static_cast<int>(function));
}

}  // namespace

void infer_signs(Model& model) {
  for (Node& node : model.nodes) {
    const auto any_input = [&] {
      return std::ranges::any_of(node.inputs,
                                 [&](NodeId id) { return model.nodes[id].spec.is_signed; });
    };
    node.spec.is_signed = std::visit(
        Overloaded{
            [](const Input& input) { return can_be_negative(input.preprocess); },
            [&](const Cast&) { return any_input(); },
            [](const Conv2d&) { return true; },
            [](const Linear&) { return true; },
            [](const BatchNorm&) { return true; },
            [](const Relu&) { return false; },
            [&](const Clip& clip) { return clip.max < 0 || (clip.min < 0 && any_input()); },
            [&](const Prelu&) { return any_input(); },
            [&](const LeakyRelu&) { return any_input(); },
            [](const Shift&) { return true; },
            [&](const MaxPool2d&) { return any_input(); },
            [&](const AvgPool2d&) { return any_input(); },
            [&](const GlobalAvgPool2d&) { return any_input(); },
            [&](const Add&) { return any_input(); },
            [](const Sub&) { return true; },
            [&](const Mul&) { return any_input(); },
            [&](const Concat&) { return any_input(); },
            [&](const Flatten&) { return any_input(); },
            [&](const Unsqueeze&) { return any_input(); },
            [&](const Function& op) { return follows_sign(op.function) && any_input(); },
            [](const Softmax&) { return false; },
        },
        node.op);
  }
}

}  // namespace qfx::graph
