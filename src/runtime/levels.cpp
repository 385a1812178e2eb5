#include "runtime/levels.h"

#include <algorithm>

#include "runtime/proof.h"
#include "runtime/tensor.h"

#include "qfx/graph/links.h"
#include "qfx/kernels/binary_conv.h"
#include "qfx/kernels/spread_conv.h"

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

bool looks_up(const graph::Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const auto* conv = std::get_if<graph::Conv2d>(&node.op);
  if (conv == nullptr || !counts_bits(analyzed, id)) return false;
  const graph::NodeId source = node.inputs[0];
  const auto* thermometer = std::get_if<graph::Thermometer>(&analyzed.node(source).op);
  if (thermometer == nullptr) return false;
  const graph::Shape& in = analyzed.node(source).shape;
  const graph::Interval& x = analyzed.source_range(source);
  return kernels::SpreadConv::takes(kernels::conv_shape(*conv, in[0], in[1], in[2]),
                                    thermometer->levels, x.lo, x.hi);
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

namespace {

// Whether conv2d `id` has the sums of these weights with the signs of node x.
bool has_sums_of_signs(const graph::Analyzed& analyzed, graph::NodeId id, graph::NodeId x,
                       const graph::FractionalConv2d& like,
                       const std::vector<std::int32_t>& weights) {
  const graph::FrozenNode& node = analyzed.node(id);
  const auto* conv = std::get_if<graph::Conv2d>(&node.op);
  if (conv == nullptr || conv->has_bias || !counts_bits(analyzed, id)) return false;
  const graph::FrozenNode& source = analyzed.node(node.inputs[0]);
  const auto* signs = std::get_if<graph::QuantSign>(&source.op);
  if (signs == nullptr || signs->bits != 1 || source.inputs[0] != x) return false;
  const bool is_exact = node.format.frac_bits() == 0 &&
                        layout_of(analyzed, id).storage == kernels::Storage::Int16 &&
                        accumulator_cast(analyzed, id).path() == kernels::IntCast::Path::Copy;
  return is_exact && conv->form() == like.form() && conv->out_channels == like.out_channels &&
         node.params.at(graph::Role::Weight).raw == weights;
}

}  // namespace

std::optional<graph::NodeId> upper_sums(const graph::Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const auto* conv = std::get_if<graph::FractionalConv2d>(&node.op);
  if (conv == nullptr) return std::nullopt;
  const std::vector<std::int32_t>& weights = node.params.at(graph::Role::Weight).raw;
  for (graph::NodeId other = 1; other < id; ++other)
    if (has_sums_of_signs(analyzed, other, node.inputs[0], *conv, weights)) return other;
  return std::nullopt;
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
