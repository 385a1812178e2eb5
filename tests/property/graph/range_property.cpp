// Nothing that a frozen model computes leaves the intervals that range analysis proved.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "support/exact_model.h"
#include "support/random_model.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"

namespace qfx::graph {
namespace {

bool contains(Interval interval, std::int64_t value) {
  return interval.lo <= value && value <= interval.hi;
}

RC_GTEST_PROP(Range, NoValueLeavesItsInterval, (std::uint64_t seed)) {
  testing::RandomModel random(seed);
  const FrozenModel model = freeze(random.make());
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  testing::ExactModel exact(model, [&](NodeId node, std::int64_t sum) {
    RC_ASSERT(contains(ranges[node].accumulator, sum));
  });
  for (int sample = 0; sample < 20; ++sample) {
    const auto values = exact.run(random.input(model));
    for (std::size_t id = 0; id < values.size(); ++id) {
      RC_ASSERT(width_for(ranges[id].accumulator, true) == ranges[id].accumulator_width);
      for (std::int64_t value : values[id]) {
        RC_ASSERT(contains(ranges[id].output, value));
        RC_ASSERT(contains(held_range(model.nodes[id].format), value));
      }
    }
  }
}

// Where the analysis says that a cast cannot overflow, the overflow mode does not matter.
RC_GTEST_PROP(Range, CannotOverflowMeansThatTheModeDoesNotMatter, (std::uint64_t seed)) {
  testing::RandomModel random(seed);
  const FrozenModel model = freeze(random.make());
  FrozenModel other = model;
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    fixed::Format& format = other.nodes[id].format;
    if (ranges[id].can_overflow || std::holds_alternative<Flatten>(model.nodes[id].op)) continue;
    format.wrap_bits = 0;
    format.overflow = format.overflow == fixed::Overflow::SAT_ZERO ? fixed::Overflow::WRAP
                                                                   : fixed::Overflow::SAT_ZERO;
  }
  for (FrozenNode& node : other.nodes) {
    if (std::holds_alternative<Flatten>(node.op)) node.format = other.nodes[node.inputs[0]].format;
  }
  for (int sample = 0; sample < 10; ++sample) {
    const auto input = random.input(model);
    RC_ASSERT(testing::ExactModel(model).run(input) == testing::ExactModel(other).run(input));
  }
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
                           .rounding = fixed::Rounding(pick(0, 7)),
                           .overflow = fixed::Overflow::SAT};
  FrozenModel model;
  model.nodes.push_back({.name = "x",
                         .op = Input{{2}, {}},
                         .inputs = {},
                         .shape = {2},
                         .format = narrow,
                         .params = {}});
  FrozenParam weight{.shape = {1, 2},
                     .raw = {pick(-4, 3), pick(-4, 3)},
                     .format = {.width = 3, .int_bits = 1},
                     .channel_frac_bits = {}};
  FrozenParam bias{.shape = {1},
                   .raw = {pick(-4, 3)},
                   .format = {.width = 3, .int_bits = 2},
                   .channel_frac_bits = {}};
  model.nodes.push_back({.name = "y",
                         .op = Linear{.out_features = 1},
                         .inputs = {0},
                         .shape = {1},
                         .format = wide,
                         .params = {{"weight", weight}, {"bias", bias}}});
  const NodeRange range = analyze_ranges(model)[1];
  RC_ASSERT(!range.can_overflow);

  Interval seen{INT64_MAX, INT64_MIN};
  const Interval held = held_range(narrow);
  for (std::int64_t a = held.lo; a <= held.hi; ++a) {
    for (std::int64_t b = held.lo; b <= held.hi; ++b) {
      const std::int64_t y = testing::ExactModel(model).run({a, b})[1][0];
      seen = {std::min(seen.lo, y), std::max(seen.hi, y)};
    }
  }
  RC_ASSERT(seen == range.output);
}

}  // namespace
}  // namespace qfx::graph
