#include "qfx/graph/range.h"

#include <algorithm>
#include <numeric>

#include "graph/exact/arithmetic.h"
#include "graph/exact/bounds.h"
#include "graph/model/node_error.h"

#include "qfx/graph/clip.h"

namespace qfx::graph {
namespace {

// Bounds along axis 0 of a tensor, in equal groups: one entry for C channels of an image stays one
// entry a channel when the image is flattened.
struct TensorRange {
  std::vector<Interval> groups;
  std::int64_t extent = 0;  // of axis 0

  const Interval& at(std::int64_t index) const {
    return groups[index / (extent / static_cast<std::int64_t>(groups.size()))];
  }
};

// What stands before a node's cast: one sum a group of output channels, divided by `divisor`.
struct Exact {
  std::vector<Sum> sums;
  std::int64_t divisor = 1;
};

Sum single(Bounds value) {
  Sum sum;
  sum.add(value);
  return sum;
}

class Analysis {
 public:
  explicit Analysis(const FrozenModel& model) : nodes_(model.nodes) {}

  std::vector<NodeRange> run() {
    for (const FrozenNode& node : nodes_) results_.push_back(analyze(node));
    return std::move(results_);
  }

 private:
  NodeRange analyze(const FrozenNode& node) {
    NodeRange result;
    result.accumulator_frac_bits = frac_ = exact_frac_bits(nodes_, node);
    TensorRange range{.groups = {}, .extent = node.shape[0]};
    if (std::holds_alternative<Input>(node.op)) {
      range.groups = {held_range(node.format)};
      result.output = result.accumulator = range.groups[0];
      result.can_overflow = true;
    } else if (keeps_format(node.op)) {
      range.groups = ranges_[node.inputs[0]].groups;
      result.output = result.accumulator = results_[node.inputs[0]].output;
    } else if (std::holds_alternative<Softmax>(node.op)) {
      quotient(node, range, result);
    } else {
      cast(node, exact(node), range, result);
    }
    result.accumulator_width = width_for(result.accumulator, true);
    ranges_.push_back(std::move(range));
    return result;
  }

  // Takes every group's exact value through the node's cast and joins them.
  static void cast(const FrozenNode& node, const Exact& exact, TensorRange& range,
                   NodeRange& result) {
    Bounds all = exact.sums.front().any_order();
    for (const Sum& sum : exact.sums) all = graph::join(all, sum.any_order());
    const int width = signed_width(all);
    if (width > kMaxAccumulatorWidth)
      node_error(
          node,
          "its exact sum needs {} bits, at most {} are allowed; use narrower formats or bring "
          "the binary points of its parameters closer together",
          width == 128 ? "more than 64" : std::to_string(width), kMaxAccumulatorWidth);
    result.accumulator = narrow(all);
    for (const Sum& sum : exact.sums) {
      const Interval output = cast_interval(narrow(sum.total()), result.accumulator_frac_bits,
                                            exact.divisor, node.format, result.can_overflow);
      range.groups.push_back(output);
    }
    result.output = range.groups[0];
    for (const Interval& group : range.groups) result.output = join(result.output, group);
  }

  // An exponential over itself and the rest: the quotient rises with the one and falls with the
  // others.
  void quotient(const FrozenNode& node, TensorRange& range, NodeRange& result) const {
    const Interval& x = results_[node.inputs[0]].output;
    const std::int64_t others = node.shape[0] - 1;
    const Interval e = entries(node, 0, others == 0 ? 0 : x.hi - x.lo);
    const Interval exact{
        rounded(e.lo, 0, std::max<std::int64_t>(e.lo + others * e.hi, 1), node.format),
        rounded(e.hi, 0, e.hi + others * e.lo, node.format)};
    result.accumulator = {0, (others + 1) * e.hi};
    result.output = overflow_interval(exact, node.format, result.can_overflow);
    range.groups = {result.output};
  }

  // The least and the largest entry of a node's table, between two indices.
  static Interval entries(const FrozenNode& node, std::int64_t first, std::int64_t last) {
    const std::vector<std::int32_t>& table = node.params.at(Role::Table).raw;
    const auto [least, largest] =
        std::minmax_element(table.begin() + first, table.begin() + last + 1);
    return {*least, *largest};
  }

  static Interval join(Interval a, Interval b) {
    return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
  }

  static Interval narrow(Bounds bounds) {
    return {static_cast<std::int64_t>(bounds.lo), static_cast<std::int64_t>(bounds.hi)};
  }

  const TensorRange& input(const FrozenNode& node, std::size_t i = 0) const {
    return ranges_[node.inputs[i]];
  }
  int input_frac(const FrozenNode& node, std::size_t i = 0) const {
    return nodes_[node.inputs[i]].format.frac_bits();
  }

  // Element `index` of channel `channel` of a factor times x, on the node's grid.
  Bounds product(const FrozenNode& node, const FrozenParam& factor, std::int64_t index,
                 std::int64_t channel, const Interval& x) const {
    return shifted(x * factor.raw[index], frac_ - input_frac(node) - factor.frac_bits(channel));
  }

  void add_term(const FrozenNode& node, Role role, std::int64_t channel, Sum& sum) const {
    const FrozenParam* term = find(node.params, role);
    if (term == nullptr) return;
    const std::int64_t raw = term->raw[channel];
    sum.add(shifted(Bounds{raw, raw}, frac_ - term->frac_bits(channel)));
  }

  // x as it is, in each of its groups, through `f`.
  template <class F>
  Exact each_group(const FrozenNode& node, F f) const {
    Exact exact;
    for (const Interval& x : input(node).groups) exact.sums.push_back(single(f(x)));
    return exact;
  }

  Exact window_sums(const FrozenNode& node, std::int64_t cells, bool padded) const {
    Exact exact{.sums = {}, .divisor = cells};
    for (const Interval& x : input(node).groups) {
      Sum sum;
      sum.add(x * cells, !padded);
      exact.sums.push_back(sum);
    }
    return exact;
  }

  Exact convolution(const FrozenNode& node, const Conv2d& conv) const {
    const FrozenParam& weight = node.params.at(Role::Weight);
    const bool padded = conv.padding[0] > 0 || conv.padding[1] > 0;
    const std::int64_t group_inputs = weight.shape[1], taps = weight.shape[2] * weight.shape[3];
    const std::int64_t group_outputs = conv.out_channels / conv.groups;
    Exact exact;
    std::int64_t index = 0;
    for (std::int64_t out = 0; out < conv.out_channels; ++out) {
      Sum sum;
      for (std::int64_t in = 0; in < group_inputs; ++in) {
        const Interval& x = input(node).at(out / group_outputs * group_inputs + in);
        for (std::int64_t tap = 0; tap < taps; ++tap)
          sum.add(product(node, weight, index++, out, x), !padded);
      }
      add_term(node, Role::Bias, out, sum);
      exact.sums.push_back(sum);
    }
    return exact;
  }

  Exact matrix_product(const FrozenNode& node) const {
    const FrozenParam& weight = node.params.at(Role::Weight);
    Exact exact;
    std::int64_t index = 0;
    for (std::int64_t out = 0; out < weight.shape[0]; ++out) {
      Sum sum;
      for (std::int64_t in = 0; in < weight.shape[1]; ++in)
        sum.add(product(node, weight, index++, out, input(node).at(in)));
      add_term(node, Role::Bias, out, sum);
      exact.sums.push_back(sum);
    }
    return exact;
  }

  Exact scale_and_offset(const FrozenNode& node) const {
    Exact exact;
    for (std::int64_t c = 0; c < node.shape[0]; ++c) {
      Sum sum = single(product(node, node.params.at(Role::Scale), c, c, input(node).at(c)));
      add_term(node, Role::Offset, c, sum);
      exact.sums.push_back(sum);
    }
    return exact;
  }

  // Both inputs of a node that takes two of one shape, through `f`.
  template <class F>
  Exact each_pair(const FrozenNode& node, F f) const {
    const std::int64_t extent = node.shape[0];
    // the coarsest groups that split neither input's
    const std::int64_t groups =
        std::lcm(std::ssize(input(node, 0).groups), std::ssize(input(node, 1).groups));
    Exact exact;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t at = group * (extent / groups);
      exact.sums.push_back(f(input(node, 0).at(at), input(node, 1).at(at)));
    }
    return exact;
  }

  // sign 1 for the sum, -1 for the difference.
  Exact sum_of_two(const FrozenNode& node, std::int64_t sign) const {
    return each_pair(node, [&](const Interval& a, const Interval& b) {
      Sum sum;
      sum.add(shifted(bounds_of(a), frac_ - input_frac(node, 0)));
      sum.add(shifted(b * sign, frac_ - input_frac(node, 1)));
      return sum;
    });
  }

  Exact concatenation(const FrozenNode& node) const {
    // the coarsest equal groups that split no input's
    std::int64_t size = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      size = std::gcd(size, input(node, i).extent / std::ssize(input(node, i).groups));
    Exact exact;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      for (std::int64_t at = 0; at < input(node, i).extent; at += size)
        exact.sums.push_back(
            single(shifted(bounds_of(input(node, i).at(at)), frac_ - input_frac(node, i))));
    }
    return exact;
  }

  Exact clipped(const FrozenNode& node, const Clip& clip) const {
    const ClipLimits limits = clip_limits(clip, input_frac(node), frac_);
    const auto value = [&](std::int64_t x) {
      if (x < limits.below) return Bounds{limits.low, limits.low};
      if (x > limits.above) return Bounds{limits.high, limits.high};
      return shifted(Bounds{x, x}, limits.places);
    };
    return each_group(node,
                      [&](const Interval& x) { return graph::join(value(x.lo), value(x.hi)); });
  }

  Exact sloped(const FrozenNode& node) const {
    const FrozenParam& slope = node.params.at(Role::Slope);
    Exact exact;
    for (std::int64_t c = 0; c < node.shape[0]; ++c) {
      const Interval& x = input(node).at(c);
      const std::int64_t index = slope.shape[0] == 1 ? 0 : c;
      const Bounds above =
          shifted(bounds_of({std::max<std::int64_t>(x.lo, 0), x.hi}), frac_ - input_frac(node));
      const Bounds below =
          product(node, slope, index, index, {x.lo, std::min<std::int64_t>(x.hi, -1)});
      exact.sums.push_back(single(x.lo >= 0  ? above
                                  : x.hi < 0 ? below
                                             : graph::join(above, below)));
    }
    return exact;
  }

  Exact shifted_by_offset(const FrozenNode& node) const {
    Exact exact;
    for (std::int64_t c = 0; c < node.shape[0]; ++c) {
      Sum sum = single(shifted(bounds_of(input(node).at(c)), frac_ - input_frac(node)));
      add_term(node, Role::Offset, c, sum);
      exact.sums.push_back(sum);
    }
    return exact;
  }

  Exact exact(const FrozenNode& node) const {
    return std::visit(
        Overloaded{
            [](const Input&) -> Exact { internal_error("an input has no exact value"); },
            [&](const Cast&) { return each_group(node, bounds_of); },
            [&](const Conv2d& conv) { return convolution(node, conv); },
            [&](const Linear&) { return matrix_product(node); },
            [&](const BatchNorm&) { return scale_and_offset(node); },
            [&](const Relu&) {
              return each_group(node, [](Interval x) {
                return Bounds{std::max<std::int64_t>(x.lo, 0), std::max<std::int64_t>(x.hi, 0)};
              });
            },
            [&](const Clip& clip) { return clipped(node, clip); },
            [&](const Prelu&) { return sloped(node); },
            [&](const LeakyRelu&) { return sloped(node); },
            [&](const Shift&) { return shifted_by_offset(node); },
            [&](const MaxPool2d&) { return each_group(node, bounds_of); },
            [&](const AvgPool2d& pool) {
              return window_sums(node, pool.kernel[0] * pool.kernel[1],
                                 pool.padding[0] > 0 || pool.padding[1] > 0);
            },
            [&](const GlobalAvgPool2d&) {
              const Shape& x = nodes_[node.inputs[0]].shape;
              return window_sums(node, x[1] * x[2], false);
            },
            [&](const Add&) { return sum_of_two(node, 1); },
            [&](const Sub&) { return sum_of_two(node, -1); },
            [&](const Mul&) {
              return each_pair(node,
                               [](const Interval& a, const Interval& b) { return single(a * b); });
            },
            [&](const Concat&) { return concatenation(node); },
            [](const Flatten&) -> Exact {
              internal_error("a flatten has no exact value of its own");
            },
            [](const Unsqueeze&) -> Exact {
              internal_error("an unsqueeze has no exact value of its own");
            },
            [&](const Function&) {
              const std::int64_t low = fixed::min_raw(nodes_[node.inputs[0]].format);
              return each_group(node, [&](Interval x) {
                return bounds_of(entries(node, x.lo - low, x.hi - low));
              });
            },
            [](const Softmax&) -> Exact {
              internal_error("a softmax's quotients have no one sum");
            },
        },
        node.op);
  }

  const std::vector<FrozenNode>& nodes_;
  std::vector<TensorRange> ranges_;
  std::vector<NodeRange> results_;
  int frac_ = 0;  // of the exact value of the node under analysis
};

}  // namespace

std::vector<NodeRange> analyze_ranges(const FrozenModel& model) {
  return Analysis(model).run();
}

}  // namespace qfx::graph
