// Random models through the engine and through the exported HLS code, compiled with the vendor's
// real headers: every bit of every tensor. The seeds are those of random/training, so that the
// first models pass all three roads.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <gtest/gtest.h>
#include <span>
#include <thread>

#include "support/compare.h"
#include "support/random_run.h"
#include "verify/hls_runner.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kBatch = 2;
// The headers cost more than a network: this many share one compilation.
constexpr std::int64_t kGroup = 25;
// A candidate of the shrinker costs a compilation.
constexpr int kShrinkTries = 40;

// A frozen model, raw inputs and what the engine makes of them.
struct Prepared {
  graph::FrozenModel model;
  std::vector<std::int32_t> input;
  std::int64_t batch = 0;
  std::vector<runtime::RawTensor> expected;
};

Prepared prepare(const test::Case& one) {
  Prepared p{.model = graph::freeze(one.model), .input = {}, .batch = one.batch, .expected = {}};
  p.input.resize(one.samples.size());
  runtime::quantize_input(p.model.input(), one.samples, p.input);
  p.expected = runtime::Engine(p.model, 1).run_all(p.input, p.batch);
  return p;
}

// What differs, by model; empty texts where nothing does.
std::vector<std::string> differences(std::span<const Prepared> group) {
  const TemporaryDirectory folder;
  std::vector<std::string> projects;
  for (std::size_t i = 0; i < group.size(); ++i) {
    projects.push_back((folder.path() / std::to_string(i)).string());
    backends::export_project(backends::target_named("vitis"), graph::Analyzed(group[i].model), projects.back(),
                           {.top = fmt::format("top_{}", i)});
  }
  const HlsRunner runner(projects, folder.path().string());
  std::vector<std::string> found;
  for (std::size_t i = 0; i < group.size(); ++i)
    found.push_back(test::first_difference(group[i].model, group[i].expected,
                                           runner.run_all(i, group[i].input, group[i].batch)));
  return found;
}

std::string check(const test::Case& one) {
  const Prepared prepared = prepare(one);
  return differences({&prepared, 1})[0];
}

// What is wrong with a group whose code does not compile or run: with its first model that fails
// alone, else with the group as such.
std::string search(std::uint64_t first_seed, std::int64_t count, const std::string& error) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    std::string failure =
        test::failure_of(seed, test::random_case(seed, kBatch), check, kShrinkTries);
    if (!failure.empty()) return failure;
  }
  return fmt::format("the models of seeds {} and the {} after it work alone but not together: {}",
                     first_seed, count - 1, error);
}

std::string failure_in_group(std::uint64_t first_seed, std::int64_t count) {
  std::vector<Prepared> group;
  for (std::int64_t i = 0; i < count; ++i)
    group.push_back(prepare(test::random_case(first_seed + static_cast<std::uint64_t>(i), kBatch)));
  try {
    const std::vector<std::string> found = differences(group);
    const auto bad =
        std::ranges::find_if(found, [](const std::string& text) { return !text.empty(); });
    if (bad == found.end()) return "";
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(bad - found.begin());
    return test::failure_of(seed, test::random_case(seed, kBatch), check, kShrinkTries);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "seeds %llu and the %lld after it: %s\n",
                 static_cast<unsigned long long>(first_seed), static_cast<long long>(count - 1),
                 error.what());
    return search(first_seed, count, error.what());
  }
}

TEST(RandomHls, GivesTheRuntimesBitsOnEveryTensor) {
  const test::RandomRun run = test::random_run(300, 5000);
  const std::int64_t groups = (run.count + kGroup - 1) / kGroup;
  std::vector<std::string> failures(groups);
  std::atomic<std::int64_t> next = 0;
  const auto work = [&] {
    for (std::int64_t i = next++; i < groups; i = next++)
      failures[i] = failure_in_group(run.seed + static_cast<std::uint64_t>(i * kGroup),
                                     std::min(kGroup, run.count - i * kGroup));
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back(work);
  workers.clear();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
  std::printf("%lld random models exported, compiled and run: every bit of every tensor compared\n",
              static_cast<long long>(run.count));
}

// A test that cannot fail proves nothing: one bit of one weight must be seen.
TEST(RandomHls, SeesOneFlippedWeightBit) {
  for (std::uint64_t seed = 1;; ++seed) {
    Prepared prepared = prepare(test::random_case(seed, kBatch));
    for (graph::FrozenNode& node : prepared.model.nodes) {
      const auto weight = find(node.params, graph::Role::Weight);
      if (weight == nullptr || weight->k_hot > 0 || weight->format.width == 1) continue;
      weight->raw[0] ^= 1;
      // One that matters to the engine must matter to the exported code.
      if (runtime::Engine(prepared.model, 1).run_all(prepared.input, prepared.batch) !=
          prepared.expected) {
        EXPECT_NE(differences({&prepared, 1})[0], "");
        return;
      }
      weight->raw[0] ^= 1;
    }
  }
}

}  // namespace
}  // namespace qfx::verify
