// Nothing that a frozen model computes leaves the intervals that range analysis proved.
#include "qfx/graph/range.h"

#include <gtest/gtest.h>
#include <random>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "support/random_model.h"
#include "support/reference.h"
#include "support/small_models.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/table.h"

namespace qfx::graph {
namespace {

constexpr std::int64_t kBatch = 8;

bool contains(Interval interval, std::int64_t value) {
  return interval.lo <= value && value <= interval.hi;
}

// What the node computes for one image before its cast.
std::vector<test::Exact> exact_values(const FrozenModel& model, const FrozenNode& node,
                                      const std::vector<std::vector<std::int32_t>>& inputs) {
  std::vector<test::RawView> views;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    views.push_back({inputs[i], model.nodes[node.inputs[i]]});
  return test::exact_values(node, views);
}

// The value lies in the accumulator, each on its own grid.
bool fits(const NodeRange& range, const test::Exact& value) {
  const int finer = value.frac_bits - range.accumulator_frac_bits;
  const fixed::BigInt raw = finer < 0 ? fixed::BigInt(value.raw << -finer) : value.raw;
  const int places = std::max(finer, 0);
  return fixed::BigInt(range.accumulator.lo) * (fixed::BigInt(1) << places) <= raw &&
         raw <= fixed::BigInt(range.accumulator.hi) * (fixed::BigInt(1) << places);
}

// A partial sum is the sum that is left when some terms are zero.
void zero_some(std::mt19937_64& generator, std::vector<std::int32_t>& raw) {
  for (std::int32_t& value : raw) {
    if (generator() % 2 == 0) value = 0;
  }
}

RC_GTEST_PROP(Range, NoValueLeavesItsInterval, (std::uint64_t seed)) {
  const FrozenModel model = freeze(test::random_model(seed));
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  const auto input = test::random_raw_input(model, seed, kBatch);
  const auto values = test::reference_run(model, input, kBatch).raw;
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    RC_ASSERT(width_for(ranges[id].accumulator, true) == ranges[id].accumulator_width);
    RC_ASSERT(ranges[id].accumulator_width <= kMaxAccumulatorWidth);
    for (std::int32_t value : values[id]) {
      RC_ASSERT(contains(ranges[id].output, value));
      RC_ASSERT(contains(held_range(model.nodes[id].format), value));
    }
  }
}

RC_GTEST_PROP(Range, NoPartialSumLeavesTheAccumulator, (std::uint64_t seed)) {
  const FrozenModel model = freeze(test::random_model(seed));
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  const auto input = test::random_raw_input(model, seed, 1);
  const auto values = test::reference_run(model, input, 1).raw;
  std::mt19937_64 generator(seed);
  for (std::size_t id = 1; id < model.nodes.size(); ++id) {
    const FrozenNode& node = model.nodes[id];
    std::vector<std::vector<std::int32_t>> inputs;
    for (NodeId source : node.inputs) inputs.push_back(values[source]);
    for (const test::Exact& value : exact_values(model, node, inputs))
      RC_ASSERT(fits(ranges[id], value));

    // Nothing is added up, or its partial sums are those of its table (softmax) or of signs, of which
    // a zero makes none.
    const bool compares = own_format(node.op).has_value();
    if (keeps_format(node.op) || has_table(node.op) || compares) continue;
    FrozenNode part = node;
    for (auto& [role, param] : part.params)
      if (role != Role::Threshold) zero_some(generator, param.raw);
    if (!std::holds_alternative<FractionalConv2d>(node.op))
      for (auto& raw : inputs) zero_some(generator, raw);
    for (const test::Exact& value : exact_values(model, part, inputs))
      RC_ASSERT(fits(ranges[id], value));
  }
}

// Where the analysis says that a cast cannot overflow, the reference sees no overflow either.
RC_GTEST_PROP(Range, CannotOverflowIsTrue, (std::uint64_t seed)) {
  const FrozenModel model = freeze(test::random_model(seed));
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  const auto input = test::random_raw_input(model, seed, kBatch);
  const auto overflows = test::reference_run(model, input, kBatch).overflows;
  for (std::size_t id = 1; id < model.nodes.size(); ++id)
    RC_ASSERT(ranges[id].can_overflow || overflows[id] == 0);
}

// A bound that nothing reaches wastes hardware: over all inputs of a small linear node, both ends
// of the interval occur.
RC_GTEST_PROP(Range, LinearBoundsAreReached, (std::uint64_t seed)) {
  std::mt19937_64 generator(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(generator);
  };
  const fixed::Format narrow{.width = 3,
                             .int_bits = pick(0, 3),
                             .is_signed = pick(0, 1) == 1,
                             .rounding = fixed::Rounding::RND,
                             .overflow = fixed::Overflow::SAT};
  const fixed::Format wide{.width = 20,
                           .int_bits = 10,
                           .rounding = fixed::Rounding(pick(0, fixed::kRoundingCount - 1)),
                           .overflow = fixed::Overflow::SAT};
  const FrozenParam weight{.shape = {1, 2},
                           .raw = {pick(-4, 3), pick(-4, 3)},
                           .format = {.width = 3, .int_bits = 1},
                           .channel_frac_bits = {}};
  const FrozenParam bias{.shape = {1},
                         .raw = {pick(-4, 3)},
                         .format = {.width = 3, .int_bits = 2},
                         .channel_frac_bits = {}};
  const FrozenModel model =
      test::chain({2}, narrow, {{Linear{}, wide, {{Role::Weight, weight}, {Role::Bias, bias}}}});
  const NodeRange range = analyze_ranges(model)[1];
  RC_ASSERT(!range.can_overflow);

  Interval seen{INT64_MAX, INT64_MIN};
  const Interval held = held_range(narrow);
  for (std::int64_t a = held.lo; a <= held.hi; ++a) {
    for (std::int64_t b = held.lo; b <= held.hi; ++b) {
      const std::vector<std::int32_t> input{static_cast<std::int32_t>(a),
                                            static_cast<std::int32_t>(b)};
      const std::int64_t y = test::reference_run(model, input, 1).raw[1][0];
      seen = {std::min(seen.lo, y), std::max(seen.hi, y)};
    }
  }
  RC_ASSERT(seen == range.output);
}

}  // namespace
}  // namespace qfx::graph
