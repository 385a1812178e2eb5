#include <algorithm>

#include "qfx/graph/builder.h"

namespace qfx::graph {
namespace {

bool can_be_negative(const Preprocess& preprocess) {
  const auto positive = [](double mean) { return mean > 0; };
  return preprocess.signed_samples || std::ranges::any_of(preprocess.mean, positive);
}

}  // namespace

void infer_signs(Model& model) {
  for (Node& node : model.nodes) {
    const auto any_input = [&] {
      return std::ranges::any_of(node.inputs,
                                 [&](NodeId id) { return model.nodes[id].spec.is_signed; });
    };
    node.spec.is_signed =
        std::visit(Overloaded{
                       [](const Input& input) { return can_be_negative(input.preprocess); },
                       [&](const Cast&) { return any_input(); },
                       [](const Conv2d&) { return true; },
                       [](const Linear&) { return true; },
                       [](const BatchNorm&) { return true; },
                       [](const Relu&) { return false; },
                       [&](const MaxPool2d&) { return any_input(); },
                       [&](const AvgPool2d&) { return any_input(); },
                       [&](const GlobalAvgPool2d&) { return any_input(); },
                       [&](const Add&) { return any_input(); },
                       [&](const Flatten&) { return any_input(); },
                   },
                   node.op);
  }
}

}  // namespace qfx::graph
