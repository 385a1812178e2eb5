#include "runtime/levels.h"

#include <algorithm>

#include "qfx/graph/links.h"
#include "qfx/kernels/binary_conv.h"

namespace qfx::runtime {

int level_planes(const graph::Analyzed& analyzed, graph::NodeId id) {
  const auto& nodes = analyzed.model().nodes;
  const graph::Op& op = nodes[graph::format_source(nodes, id)].op;
  if (const auto* levels = std::get_if<graph::QuantSign>(&op))
    return static_cast<int>(levels->bits);
  return std::holds_alternative<graph::Thermometer>(op) ? 1 : 0;
}

bool counts_bits(const graph::Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const bool is_binary = graph::own_format(node.op, graph::Role::Weight).has_value();
  if (!is_binary || graph::accumulator_of(node.op) != nullptr) return false;
  const int planes = level_planes(analyzed, node.inputs[0]);
  const graph::FrozenParam& weight = node.params.at(graph::Role::Weight);
  const std::int64_t products = graph::element_count(weight.shape) / weight.shape[0];
  return planes > 0 && kernels::BinaryConv::takes(products, planes);
}

bool is_packed(const graph::Analyzed& analyzed, graph::NodeId id) {
  const auto& nodes = analyzed.model().nodes;
  if (graph::keeps_format(nodes[id].op) || level_planes(analyzed, id) == 0) return false;
  bool is_read = false;
  for (graph::NodeId reader = id + 1; reader < std::ssize(nodes); ++reader) {
    const auto& inputs = nodes[reader].inputs;
    if (std::find(inputs.begin(), inputs.end(), id) == inputs.end()) continue;
    const bool takes_signs = std::holds_alternative<graph::QuantSign>(nodes[reader].op);
    if (!takes_signs && !counts_bits(analyzed, reader)) return false;
    is_read = true;
  }
  return is_read;
}

// n * x * 2^-F >= k is x >= k * 2^F / n. Beyond 40 places a threshold is zero, or so far out or so
// near to zero that no value of 32 bits knows the difference.
std::vector<std::int64_t> level_thresholds(const graph::QuantSign& op, int frac_bits) {
  constexpr int kPlaces = 40;
  const int places = std::clamp(frac_bits, -kPlaces, kPlaces);
  const std::int64_t n = op.largest();
  std::vector<std::int64_t> thresholds;
  for (std::int64_t k = 1 - n; k < n; k += 2) {
    const std::int64_t numerator = k * (std::int64_t{1} << std::max(places, 0));
    const std::int64_t denominator = n * (std::int64_t{1} << std::max(-places, 0));
    const std::int64_t quotient = numerator / denominator;
    const bool is_above = numerator % denominator > 0;
    thresholds.push_back(quotient + (is_above ? 1 : 0));
  }
  return thresholds;
}

}  // namespace qfx::runtime
