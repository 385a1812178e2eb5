// Random models through the engine and through the naive reference: every bit of every tensor.
#include <cstdio>
#include <gtest/gtest.h>
#include <map>

#include "support/compare.h"
#include "support/flip_bit.h"
#include "support/random_run.h"
#include "support/reference.h"

#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kBatch = 3;

std::vector<std::int32_t> quantized(const graph::FrozenModel& model, const test::Case& one) {
  std::vector<std::int32_t> raw(one.samples.size());
  quantize_input(model.input(), one.samples, raw);
  return raw;
}

std::string check(const test::Case& one) {
  const graph::FrozenModel model = graph::freeze(one.model);
  const std::vector<std::int32_t> input = quantized(model, one);
  if (input != test::reference_quantize(model.input(), one.samples))
    return "quantize_input differs";
  const test::ReferenceTrace reference = test::reference_run(model, input, one.batch);
  const RawTensor wanted = test::outputs_of(model, reference.raw, one.batch);
  for (const int threads : {1, 2}) {
    const Engine engine(model, threads);
    if (std::string difference =
            test::first_difference(model, reference.raw, engine.run_all(input, one.batch));
        !difference.empty())
      return fmt::format("{} thread(s): {}", threads, difference);
    if (engine.run(input, one.batch) != wanted)
      return fmt::format("{} thread(s): run and run_all differ", threads);
  }
  return "";
}

TEST(RandomRuntime, GivesTheReferencesBitsOnEveryTensor) {
  const test::RandomRun run = test::random_run(2000, 50000);
  std::int64_t tensors = 0;
  for (std::int64_t i = 0; i < run.count; ++i) {
    const std::uint64_t seed = run.seed + static_cast<std::uint64_t>(i);
    test::Case one = test::random_case(seed, kBatch);
    tensors += std::ssize(one.model.nodes);
    const std::string failure = test::failure_of(seed, std::move(one), check);
    ASSERT_EQ(failure, "");
  }
  std::printf("%lld random models, %lld tensors: every bit equal\n",
              static_cast<long long>(run.count), static_cast<long long>(tensors));
}

// Sums that training could not carry still run exactly: accumulators up to 63 bits.
TEST(RandomRuntime, IsExactWithTheWidestSums) {
  const test::RandomRun run = test::random_run(500, 10000);
  const test::RandomModelOptions options{.max_nodes = 4,
                                         .max_accumulator_width = graph::kMaxAccumulatorWidth};
  for (std::int64_t i = 0; i < run.count; ++i) {
    const std::uint64_t seed = run.seed + static_cast<std::uint64_t>(i);
    const std::string failure =
        test::failure_of(seed, test::random_case(seed, kBatch, options), check);
    ASSERT_EQ(failure, "");
  }
}

// A test that cannot fail proves nothing: one bit of one weight must be seen.
TEST(RandomRuntime, SeesOneFlippedWeightBit) {
  int seen = 0, flipped = 0;
  for (std::uint64_t seed = 1; flipped < 300; ++seed) {
    const test::Case one = test::random_case(seed, kBatch);
    graph::FrozenModel model = graph::freeze(one.model);
    const std::vector<std::int32_t> input = quantized(model, one);
    const test::ReferenceTrace reference = test::reference_run(model, input, one.batch);
    for (graph::FrozenNode& node : model.nodes) {
      const auto weight = find(node.params, graph::Role::Weight);
      if (weight == nullptr || weight->k_hot > 0 || weight->format.width == 1) continue;
      std::int32_t& raw = weight->raw[weight->raw.size() / 2];
      test::flip_bit(node, raw);
      ++flipped;
      seen +=
          !test::first_difference(model, reference.raw, Engine(model, 1).run_all(input, one.batch))
               .empty();
      test::flip_bit(node, raw);
    }
  }
  // Not each: a bit may be multiplied by zero or rounded away.
  EXPECT_GT(seen, flipped / 4);
}

// The generator is worth its name: every kind occurs, and values overflow sometimes but not always.
TEST(RandomModels, CoverEveryKindAndOverflowSometimes) {
  std::map<std::string_view, int> kinds;
  std::int64_t values = 0, overflows = 0, tensors = 0, with_overflow = 0, constant = 0;
  int several = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const test::Case one = test::random_case(seed, kBatch);
    const graph::FrozenModel model = graph::freeze(one.model);
    const test::ReferenceTrace trace = test::reference_run(model, quantized(model, one), one.batch);
    several += model.outputs.size() > 1;
    for (std::size_t id = 0; id < model.nodes.size(); ++id) {
      ++kinds[graph::kind_name(model.nodes[id].op)];
      ++tensors;
      values += std::ssize(trace.raw[id]);
      overflows += trace.overflows[id];
      with_overflow += trace.overflows[id] > 0;
      constant += std::ranges::count(trace.raw[id], trace.raw[id][0]) == std::ssize(trace.raw[id]);
    }
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<graph::Op>);
  for (const auto& [kind, count] : kinds) EXPECT_GE(count, 10) << kind;
  std::printf("%lld tensors: %lld with overflows, %lld constant; %.1f %% of all values overflow\n",
              static_cast<long long>(tensors), static_cast<long long>(with_overflow),
              static_cast<long long>(constant), 100.0 * overflows / values);
  EXPECT_GT(several, 60) << "models with several outputs, of 600";
  EXPECT_GT(overflows, values / 50);
  EXPECT_LT(overflows, values / 3);
  EXPECT_LT(constant, tensors / 3);
}

}  // namespace
}  // namespace qfx::runtime
