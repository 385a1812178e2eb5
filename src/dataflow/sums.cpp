#include "dataflow/sums.h"

#include <algorithm>

#include "qfx/graph/range.h"

namespace qfx::dataflow {
namespace {

using graph::FrozenParam;
using graph::Role;

// On the grid of all products and of the bias. Range analysis has proved that no more bits than fit
// a sum are needed, whatever the formats could hold.
Sum sum_of_a_product(const fixed::Format& input, const graph::FrozenNode& node) {
  const FrozenParam& weight = node.params.at(Role::Weight);
  const FrozenParam* bias = find(node.params, Role::Bias);
  Sum sum{.width = 0, .frac_bits = input.frac_bits() + weight.max_frac_bits()};
  if (bias != nullptr) sum.frac_bits = std::max(sum.frac_bits, bias->max_frac_bits());
  const int product = signed_width(input) + signed_width(weight.format);
  for (std::int64_t o = 0; o < weight.shape[0]; ++o) {
    sum.width =
        std::max(sum.width, product + sum.frac_bits - input.frac_bits() - weight.frac_bits(o));
    if (bias != nullptr)
      sum.width =
          std::max(sum.width, signed_width(bias->format) + sum.frac_bits - bias->frac_bits(o));
  }
  sum.width = std::min(sum.width, graph::kMaxAccumulatorWidth);
  return sum;
}

}  // namespace

int signed_width(const fixed::Format& format) {
  return format.width + (format.is_signed ? 0 : 1);
}

std::int64_t largest_level_sum(const graph::Shape& weight) {
  return 3 * weight[1] * weight[2] * weight[3];
}

Sum sum_of(const graph::Analyzed& model, graph::NodeId id) {
  const graph::FrozenNode& node = model.node(id);
  const FrozenParam* weight = find(node.params, Role::Weight);
  if (std::holds_alternative<graph::FractionalConv2d>(node.op)) {
    const std::int64_t largest = largest_level_sum(weight->shape);
    return {graph::width_for({-largest, largest}, true), 0};
  }
  const fixed::Format* accumulator = graph::accumulator_of(node.op);
  if (accumulator == nullptr)
    return {std::max(2, model.range(id).accumulator_width), model.range(id).accumulator_frac_bits};
  if (weight != nullptr) return sum_of_a_product(model.source(id).format, node);
  // Of a mean, times its factors.
  return {std::max(signed_width(*accumulator), model.range(id).accumulator_width),
          accumulator->frac_bits()};
}

}  // namespace qfx::dataflow
