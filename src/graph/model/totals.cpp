#include "qfx/graph/totals.h"

namespace qfx::graph {

std::int64_t products(const FrozenNode& node) {
  const FrozenParam* weight = find(node.params, Role::Weight);
  if (weight == nullptr || weight->shape.empty()) return 0;
  return element_count(node.shape) * (element_count(weight->shape) / weight->shape[0]);
}

Totals totals(const FrozenModel& model) {
  Totals sum;
  for (const FrozenNode& node : model.nodes) {
    sum.products += products(node);
    for (const auto& [role, param] : node.params) {
      const bool is_made = role == Role::Table || std::holds_alternative<Thermometer>(node.op);
      if (is_made) continue;
      const auto count = static_cast<std::int64_t>(param.raw.size());
      sum.parameters += count;
      sum.parameter_bits += own_format(node.op, role) ? count : count * param.format.width;
    }
  }
  return sum;
}

}  // namespace qfx::graph
