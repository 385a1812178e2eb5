// Random models through the training forward, in floating point, and through the integer engine:
// every bit of every tensor. The seeds are those of random/hls, so that the first models pass all
// three roads.
#include <cstdio>
#include <gtest/gtest.h>
#include <map>

#include "support/compare.h"
#include "support/random_run.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/runtime/quantize_input.h"
#include "qfx/train/trace.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kBatch = 2;

// What leaves the network, as reals.
std::vector<double> outputs_of(const graph::FrozenModel& model, const test::Case& one) {
  std::vector<std::int32_t> raw(one.samples.size());
  runtime::quantize_input(model.input(), one.samples, raw);
  return runtime::real_outputs(model, runtime::Engine(model, 1).run(raw, one.batch));
}

std::vector<runtime::RawTensor> run_engine(const graph::FrozenModel& model, const test::Case& one) {
  std::vector<std::int32_t> raw(one.samples.size());
  runtime::quantize_input(model.input(), one.samples, raw);
  return runtime::Engine(model, 1).run_all(raw, one.batch);
}

// Sums that the hardware's ranges prove to fit 53 bits and training's bounds, which know magnitudes
// alone, do not: about one model in 1,000.
int refused = 0;

ForwardTrace trace_or_refusal(const test::Case& one) {
  try {
    return trace_forward(one.model, one.samples, one.batch);
  } catch (const UserError& error) {
    if (std::string(error.what()).find("53 bits that float64 carries") == std::string::npos) throw;
    ++refused;
    std::printf("refused, '%s': %s\n", one.model.name.c_str(), error.what());
    return {};
  }
}

std::string check(const test::Case& one) {
  const graph::FrozenModel model = graph::freeze(one.model);
  const ForwardTrace trace = trace_or_refusal(one);
  if (trace.raw.empty()) return "";
  std::string difference = test::first_difference(model, run_engine(model, one), trace.raw);
  if (difference.empty() && trace.outputs != outputs_of(model, one))
    return "what the forward gives is not what its nodes hold";
  return difference;
}

TEST(RandomTraining, GivesTheRuntimesBitsOnEveryTensor) {
  const test::RandomRun run = test::random_run(2000, 50000);
  for (std::int64_t i = 0; i < run.count; ++i) {
    const std::uint64_t seed = run.seed + static_cast<std::uint64_t>(i);
    const std::string failure = test::failure_of(seed, test::random_case(seed, kBatch), check);
    ASSERT_EQ(failure, "");
  }
  EXPECT_LE(refused, 2 + run.count / 500);
  std::printf("%lld random models: the training forward is the runtime, bit for bit; %d refused\n",
              static_cast<long long>(run.count), refused);
}

// Bounds that float32 does not hold, on grids far finer than the tensors'.
TEST(RandomTraining, ClipsAtAnyBound) {
  int clips = 0;
  refused = 0;
  for (std::uint64_t seed = 1; clips < 150; ++seed) {
    test::Case one = test::random_case(seed, kBatch);
    int count = 0;
    for (graph::Node& node : one.model.nodes) {
      if (std::holds_alternative<graph::Relu>(node.op)) node.op = graph::Clip{-0.5, 1.25};
      auto* clip = std::get_if<graph::Clip>(&node.op);
      if (clip == nullptr) continue;
      clip->min -= 0x1p-32;
      clip->max += 0x1p-32;
      ++count;
    }
    if (count == 0) continue;
    try {
      graph::freeze(one.model);
    } catch (const UserError&) {
      continue;  // a sum that does not fit
    }
    clips += count;
    ASSERT_EQ(test::failure_of(seed, one, check), "");
  }
  EXPECT_LE(refused, 2);
}

// Both carriers must occur, or half of the exactness rule stays untested.
TEST(RandomTraining, UsesBothCarriers) {
  std::map<std::string, int> carriers;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const test::Case one = test::random_case(seed, kBatch);
    for (const std::string& carrier : trace_forward(one.model, one.samples, one.batch).carrier)
      ++carriers[carrier];
  }
  EXPECT_GT(carriers["float32"], 10);
  EXPECT_GT(carriers["float64"], 10);
}

// A test that cannot fail proves nothing: one weight moved by one step must be seen.
TEST(RandomTraining, SeesOneMovedWeight) {
  int seen = 0, moved = 0;
  for (std::uint64_t seed = 1; moved < 30; ++seed) {
    test::Case one = test::random_case(seed, kBatch);
    const graph::FrozenModel model = graph::freeze(one.model);
    const std::vector<runtime::RawTensor> expected = run_engine(model, one);
    for (graph::Node& node : one.model.nodes) {
      const auto weight = find(node.params, graph::Role::Weight);
      if (weight == nullptr) continue;
      weight->values[0] = -weight->values[0] + 0.5F;
      ++moved;
      seen += !test::first_difference(model, expected,
                                      trace_forward(one.model, one.samples, one.batch).raw)
                   .empty();
      break;
    }
  }
  EXPECT_GT(seen, moved / 4);
}

}  // namespace
}  // namespace qfx::train
