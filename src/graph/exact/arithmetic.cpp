#include "graph/exact/arithmetic.h"

#include <algorithm>

#include "qfx/graph/clip.h"

namespace qfx::graph {

bool has_cast(const Op& op) {
  return !std::holds_alternative<Input>(op) && !std::holds_alternative<Function>(op) &&
         !keeps_format(op);
}

int exact_frac_bits(const std::vector<FrozenNode>& nodes, const FrozenNode& node) {
  const auto input = [&](std::size_t i) { return nodes[node.inputs.at(i)].format.frac_bits(); };
  // a product with `factor`, then a sum with `term` where the node has one
  const auto product_sum = [&](Role factor, Role term) {
    const int product = input(0) + node.params.at(factor).max_frac_bits();
    const FrozenParam* added = find(node.params, term);
    return added == nullptr ? product : std::max(product, added->max_frac_bits());
  };
  // x itself on one side of zero, its product with the slope on the other
  const auto sloped = [&] {
    return input(0) + std::max(0, node.params.at(Role::Slope).max_frac_bits());
  };
  return std::visit(
      Overloaded{
          [&](const Input&) { return node.format.frac_bits(); },
          [&](const Cast&) { return input(0); },
          [&](const Conv2d&) { return product_sum(Role::Weight, Role::Bias); },
          [&](const Linear&) { return product_sum(Role::Weight, Role::Bias); },
          [&](const BatchNorm&) { return product_sum(Role::Scale, Role::Offset); },
          [&](const Relu&) { return input(0); },
          [&](const Clip& clip) {
            return std::max({input(0), dyadic(clip.min).frac_bits, dyadic(clip.max).frac_bits});
          },
          [&](const Prelu&) { return sloped(); },
          [&](const LeakyRelu&) { return sloped(); },
          [&](const Shift&) {
            return std::max(input(0), node.params.at(Role::Offset).max_frac_bits());
          },
          [&](const MaxPool2d&) { return input(0); },
          [&](const AvgPool2d&) { return input(0); },
          [&](const GlobalAvgPool2d&) { return input(0); },
          [&](const Add&) { return std::max(input(0), input(1)); },
          [&](const Sub&) { return std::max(input(0), input(1)); },
          [&](const Mul&) { return input(0) + input(1); },
          [&](const Concat&) {
            int finest = input(0);
            for (std::size_t i = 1; i < node.inputs.size(); ++i)
              finest = std::max(finest, input(i));
            return finest;
          },
          [&](const Flatten&) { return input(0); },
          [&](const Unsqueeze&) { return input(0); },
          [&](const Function&) { return node.format.frac_bits(); },
          [](const Softmax&) { return 0; },
      },
      node.op);
}

}  // namespace qfx::graph
