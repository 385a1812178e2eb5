#include "qfx/graph/range.h"

#include <algorithm>

#include "graph/exact/bounds.h"
#include "graph/exact/cast_interval.h"
#include "graph/exact/frac_bits.h"
#include "graph/model/node_error.h"

namespace qfx::graph {
namespace {

Interval join(const Interval& a, const Interval& b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}

class Analysis {
 public:
  explicit Analysis(const FrozenModel& model) : nodes_(model.nodes) {}

  std::vector<NodeRange> run() {
    for (const FrozenNode& node : nodes_) {
      NodeRange result;
      result.accumulator_frac_bits = exact_frac_bits(nodes_, node);
      TensorRange range{.groups = {}, .extent = node.shape[0]};
      if (keeps_format(node.op)) {
        keep(node, range, result);
      } else {
        std::visit([&](const auto& kind) { analyze(node, kind, range, result); }, node.op);
      }
      result.accumulator_width = width_for(result.accumulator, true);
      ranges_.push_back(std::move(range));
      results_.push_back(result);
    }
    return std::move(results_);
  }

 private:
  static void analyze(const FrozenNode& node, const Input&, TensorRange& range, NodeRange& result) {
    range.groups = {held_range(node.format)};
    result.output = result.accumulator = range.groups[0];
    result.can_overflow = true;
  }

  void keep(const FrozenNode& node, TensorRange& range, NodeRange& result) const {
    result.output = result.accumulator = results_[node.inputs[0]].output;
    // What has moved can be anything that the input holds.
    range.groups = renames(node.op) ? ranges_[node.inputs[0]].groups : std::vector{result.output};
  }

  // An exponential over itself and the rest: the quotient rises with the one and falls with the
  // others.
  void analyze(const FrozenNode& node, const Softmax&, TensorRange& range,
               NodeRange& result) const {
    const Interval& x = results_[node.inputs[0]].output;
    const std::int64_t others = node.shape[0] - 1;
    const std::vector<std::int32_t>& table = node.params.at(Role::Table).raw;
    const auto [least, largest] =
        std::minmax_element(table.begin(), table.begin() + (others == 0 ? 0 : x.hi - x.lo) + 1);
    const std::int64_t low = *least, high = *largest;
    const Interval exact{
        rounded(low, 0, std::max<std::int64_t>(low + others * high, 1), node.format),
        rounded(high, 0, high + others * low, node.format)};
    result.accumulator = {0, (others + 1) * high};
    result.output = overflow_interval(exact, node.format, result.can_overflow);
    range.groups = {result.output};
  }

  // What a sum becomes that is rounded on its way (accumulator_of): anything that its accumulator
  // holds. What stands before each of its casts must fit too.
  static void keep_to_accumulator(const FrozenNode& node, const fixed::Format& format,
                                  const Taps& taps, std::vector<Bounds::Value>& values) {
    const WideInterval held = widened(held_range(format));
    for (Bounds::Value& value : values) {
      const int frac_bits = std::max(format.frac_bits(), value.frac_bits);
      accumulator(node, shifted(held, frac_bits - format.frac_bits()) +
                            aligned(value, frac_bits).any_order);
      const WideInterval scaled = held * WideInterval{1, taps.largest_factor};
      value = {format.frac_bits(), scaled, scaled, value.divisor};
    }
  }

  // Takes every group's exact value through the node's cast and joins them.
  template <class Kind>
  void analyze(const FrozenNode& node, const Kind& kind, TensorRange& range,
               NodeRange& result) const {
    const int frac_bits = result.accumulator_frac_bits;
    std::vector<const TensorRange*> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(&ranges_[input]);
    Bounds domain(nodes_, node, std::move(inputs));
    WideInterval all;
    std::vector<Bounds::Value> values;
    for (std::int64_t c = 0; c < range.extent; c += domain.group_size()) {
      domain.go_to(c);
      values.push_back(value(domain, kind));
    }
    if (const fixed::Format* format = accumulator_of(node.op))
      keep_to_accumulator(node, *format, domain.taps(), values);
    for (Bounds::Value& value : values) {
      value = aligned(value, frac_bits);
      all = graph::join(all, value.any_order);
    }
    result.accumulator = accumulator(node, all);
    for (const Bounds::Value& exact : values)
      range.groups.push_back(cast_interval(narrowed(exact.total), frac_bits, exact.divisor,
                                           node.format, result.can_overflow));
    result.output = range.groups[0];
    for (const Interval& group : range.groups) result.output = join(result.output, group);
  }

  static Interval accumulator(const FrozenNode& node, const WideInterval& all) {
    const int width = signed_width(all);
    if (width > kMaxAccumulatorWidth)
      node_error(
          node,
          "its exact sum needs {} bits, at most {} are allowed; use narrower formats or bring "
          "the binary points of its parameters closer together{}",
          width == 128 ? "more than 64" : std::to_string(width), kMaxAccumulatorWidth,
          furthest_channels(node));
    return narrowed(all);
  }

  // " ('fc1.weight' has 7 fraction bits in channel 0 and 56 in channel 3)"
  static std::string furthest_channels(const FrozenNode& node) {
    std::string text;
    int furthest = 0;
    for (const auto& [role, param] : node.params) {
      const std::vector<int>& points = param.channel_frac_bits;
      if (points.empty()) continue;
      const auto [least, most] = std::ranges::minmax_element(points);
      if (*most - *least <= furthest) continue;
      furthest = *most - *least;
      text = fmt::format(" ('{}' has {} fraction bits in channel {} and {} in channel {})",
                         tensor_name(node.name, role), *least, least - points.begin(), *most,
                         most - points.begin());
    }
    return text;
  }

  const std::vector<FrozenNode>& nodes_;
  std::vector<TensorRange> ranges_;
  std::vector<NodeRange> results_;
};

}  // namespace

std::vector<NodeRange> analyze_ranges(const FrozenModel& model) {
  return Analysis(model).run();
}

}  // namespace qfx::graph
