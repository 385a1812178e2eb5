#include "graph/exact/bounds.h"

#include <algorithm>
#include <numeric>

#include "qfx/base/error.h"
#include "qfx/graph/table.h"

namespace qfx::graph {
namespace {

// Coarser than any other: where zero lies.
constexpr int kEveryGrid = std::numeric_limits<int>::min() / 4;

}  // namespace

Bounds::Bounds(const std::vector<FrozenNode>& nodes, const FrozenNode& node,
               std::vector<const TensorRange*> inputs)
    : node_(node),
      inputs_(std::move(inputs)),
      taps_(taps_of(node, nodes[node.inputs.at(0)].shape)) {
  for (const NodeId input : node.inputs)
    input_frac_bits_.push_back(nodes[input].format.frac_bits());
  for (const Role role : kRoles) params_[static_cast<std::size_t>(role)] = find(node.params, role);
  if (has_table(node.op)) low_ = fixed::min_raw(nodes[node.inputs[0]].format);
}

std::int64_t Bounds::group_size() const {
  const bool per_channel = std::ranges::any_of(
      node_.params, [](const auto& param) { return param.first != Role::Table; });
  if (per_channel) return 1;
  std::int64_t size = 0;
  for (const TensorRange* input : inputs_) size = std::gcd(size, input->group_size());
  return size;
}

Bounds::Value Bounds::x(std::size_t i) const {
  const Interval& x =
      tap_.x != nullptr ? *tap_.x : inputs_[i]->at(taps_.first_input(channel_));
  return term(input_frac_bits_[i], widened(x));
}

Bounds::Value Bounds::selected() const {
  std::int64_t at = channel_;
  std::size_t i = 0;
  for (; at >= inputs_[i]->extent; ++i) at -= inputs_[i]->extent;
  return term(input_frac_bits_[i], widened(inputs_[i]->at(at)));
}

Bounds::Value Bounds::parameter(Role role) const {
  const FrozenParam& param = *params_[static_cast<std::size_t>(role)];
  // One element for all channels, one each, or (under a window) one for each operand.
  const std::int64_t channel = param.shape[0] == 1 ? 0 : channel_;
  const std::int64_t raw = param.raw[tap_.x != nullptr ? tap_.index : channel];
  return term(param.frac_bits(channel), {raw, raw});
}

Bounds::Value Bounds::constant(const Dyadic& k) const {
  if (k.raw == 0) return {.frac_bits = kEveryGrid, .total = {}, .any_order = {}};
  return term(k.frac_bits, {k.raw, k.raw});
}

Bounds::Value Bounds::add(const Value& a, const Value& b) const {
  if (a.frac_bits == b.frac_bits)
    return {a.frac_bits, a.total + b.total, a.any_order + b.any_order};
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  const Value c = aligned(a, frac_bits), d = aligned(b, frac_bits);
  return {frac_bits, c.total + d.total, c.any_order + d.any_order};
}

Bounds::Value Bounds::subtract(const Value& a, const Value& b) const {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  const Value c = aligned(a, frac_bits), d = aligned(b, frac_bits);
  return {frac_bits, c.total - d.total, c.any_order - d.any_order};
}

Bounds::Value Bounds::multiply(const Value& a, const Value& b) const {
  return term(a.frac_bits + b.frac_bits, a.total * b.total);
}

Bounds::Value Bounds::min(const Value& a, const Value& b) const {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  return term(frac_bits, graph::min(aligned(a, frac_bits).total, aligned(b, frac_bits).total));
}

Bounds::Value Bounds::max(const Value& a, const Value& b) const {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  return term(frac_bits, graph::max(aligned(a, frac_bits).total, aligned(b, frac_bits).total));
}

Bounds::Value Bounds::look_up(const Function&, const Value& x) const {
  const std::vector<std::int32_t>& table = node_.params.at(Role::Table).raw;
  const Interval at = narrowed(x.total);
  const auto [least, largest] =
      std::minmax_element(table.begin() + (at.lo - low_), table.begin() + (at.hi - low_) + 1);
  return term(node_.format.frac_bits(), {*least, *largest});
}

Bounds::Value Bounds::term(int frac_bits, const WideInterval& total) {
  return {frac_bits, total, join(total, {})};
}

Bounds::Value Bounds::optional(Value value) {
  value.total = join(value.total, {});
  return value;
}

Bounds::Value Bounds::either(const Value& a, const Value& b) {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  const Value c = aligned(a, frac_bits), d = aligned(b, frac_bits);
  return {frac_bits, join(c.total, d.total), join(c.any_order, d.any_order)};
}

Bounds::Value Bounds::mean_of(const Value& operand) const {
  // So many elements as count, times the factor that makes of their number the divisor.
  const WideInterval cells{taps_.divisor, taps_.divisor};
  Value all = term(operand.frac_bits, operand.total * cells);
  if (taps_.padded) all = optional(all);
  all.divisor = taps_.divisor;
  return all;
}

Bounds::Value aligned(Bounds::Value value, int frac_bits) {
  const int places = frac_bits - value.frac_bits;
  QFX_ASSERT(places >= 0);
  if (places == 0) return value;
  value.frac_bits = frac_bits;
  value.total = shifted(value.total, places);
  value.any_order = shifted(value.any_order, places);
  return value;
}

}  // namespace qfx::graph
