// Random models through the engine and through the exported C++ of every target that can hold them,
// compiled with the vendors' real headers: every bit of every tensor. The seeds are those of
// random/training, so that the first models pass all roads. Every layer that can be folded is
// folded at random.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <gtest/gtest.h>
#include <span>
#include <thread>

#include "support/compare.h"
#include "support/flip_bit.h"
#include "support/random_folding.h"
#include "support/random_run.h"
#include "verify/hls_runner.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kBatch = 2;
// The headers cost more than a network: this many share one compilation.
constexpr std::int64_t kGroup = 40;
// A candidate of the shrinker costs a compilation.
constexpr int kShrinkTries = 40;

// A frozen model, raw inputs and what the engine makes of them.
struct Prepared {
  graph::FrozenModel model;
  std::vector<std::int32_t> input;
  std::int64_t batch = 0;
  std::vector<runtime::RawTensor> expected;
  std::uint64_t folding_seed = 0;
};

Prepared prepare(const test::Case& one, std::uint64_t folding_seed) {
  Prepared p{.model = graph::freeze(one.model),
             .input = {},
             .batch = one.batch,
             .expected = {},
             .folding_seed = folding_seed};
  p.input.resize(one.samples.size());
  runtime::quantize_input(p.model.input(), one.samples, p.input);
  p.expected = runtime::Engine(p.model, 1).run_all(p.input, p.batch);
  return p;
}

// The targets that are C++.
std::vector<backends::Target> cpp_targets() {
  std::vector<backends::Target> targets;
  for (const backends::Target& target : backends::targets())
    if (std::holds_alternative<backends::VendorHeaders>(target.simulation))
      targets.push_back(target);
  return targets;
}

// How many models each of them ran.
std::array<std::atomic<std::int64_t>, 2> models_run{};

// What differs on one target, by model; empty texts where nothing does, or where it cannot hold the
// model.
std::vector<std::string> differences(const backends::Target& target,
                                     std::span<const Prepared> group) {
  const TemporaryDirectory folder;
  std::vector<std::string> found(group.size()), projects;
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!target.refusal(group[i].model).empty()) continue;
    held.push_back(i);
    projects.push_back((folder.path() / std::to_string(i)).string());
    const graph::Analyzed model(group[i].model);
    backends::export_project(
        target, model, projects.back(),
        {.top = fmt::format("top_{}", i),
         .folding = test::random_pixel_folding(group[i].folding_seed, dataflow::lower(model))});
  }
  if (held.empty()) return found;
  const HlsRunner runner(projects, folder.path().string());
  for (std::size_t project = 0; project < held.size(); ++project) {
    const Prepared& one = group[held[project]];
    std::vector<std::int32_t> outputs;
    std::string text = test::first_difference(
        one.model, one.expected, runner.run_all(project, one.input, one.batch, &outputs));
    if (text.empty() && outputs != test::outputs_of(one.model, one.expected, one.batch))
      text = "the outputs are not what was traced";
    if (!text.empty()) found[held[project]] = fmt::format("{}: {}", target.name, text);
  }
  return found;
}

// The same on every target.
std::vector<std::string> differences(std::span<const Prepared> group) {
  std::vector<std::string> found(group.size());
  const std::vector<backends::Target> targets = cpp_targets();
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::vector<std::string> here = differences(targets[t], group);
    for (std::size_t i = 0; i < group.size(); ++i) {
      found[i] += here[i];
      models_run.at(t) += targets[t].refusal(group[i].model).empty();
    }
  }
  return found;
}

// As failure_of asks: the folds stay those of the seed.
auto check_with(std::uint64_t seed) {
  return [seed](const test::Case& one) {
    const Prepared prepared = prepare(one, seed);
    return differences({&prepared, 1})[0];
  };
}

// What is wrong with a group whose code does not compile or run: with its first model that fails
// alone, else with the group as such.
std::string search(std::uint64_t first_seed, std::int64_t count, const std::string& error) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    std::string failure =
        test::failure_of(seed, test::random_case(seed, kBatch), check_with(seed), kShrinkTries);
    if (!failure.empty()) return failure;
  }
  return fmt::format("the models of seeds {} and the {} after it work alone but not together: {}",
                     first_seed, count - 1, error);
}

std::string failure_in_group(std::uint64_t first_seed, std::int64_t count) {
  std::vector<Prepared> group;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    group.push_back(prepare(test::random_case(seed, kBatch), seed));
  }
  try {
    const std::vector<std::string> found = differences(group);
    const auto bad =
        std::ranges::find_if(found, [](const std::string& text) { return !text.empty(); });
    if (bad == found.end()) return "";
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(bad - found.begin());
    return test::failure_of(seed, test::random_case(seed, kBatch), check_with(seed), kShrinkTries);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "seeds %llu and the %lld after it: %s\n",
                 static_cast<unsigned long long>(first_seed), static_cast<long long>(count - 1),
                 error.what());
    return search(first_seed, count, error.what());
  }
}

TEST(RandomHls, GivesTheRuntimesBitsOnEveryTensor) {
  const test::RandomRun run = test::random_run(160, 5000);
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
  for (std::size_t t = 0; t < models_run.size(); ++t) {
    const backends::Target target = cpp_targets().at(t);
    std::printf("%s: %lld random models exported, compiled and run, every bit of every tensor\n",
                std::string(target.name).c_str(), static_cast<long long>(models_run[t]));
    // Half of them have this target's modes, and some of the others fit it too.
    EXPECT_GE(models_run[t], run.count / 2) << target.name;
  }
}

// A test that cannot fail proves nothing: one bit of one weight must be seen.
TEST(RandomHls, SeesOneFlippedWeightBit) {
  for (std::uint64_t seed = 1;; ++seed) {
    Prepared prepared = prepare(test::random_case(seed, kBatch), seed);
    for (graph::FrozenNode& node : prepared.model.nodes) {
      const auto weight = find(node.params, graph::Role::Weight);
      if (weight == nullptr || weight->k_hot > 0 || weight->format.width == 1) continue;
      test::flip_bit(node, weight->raw[0]);
      // One that matters to the engine must matter to the exported code.
      if (runtime::Engine(prepared.model, 1).run_all(prepared.input, prepared.batch) !=
          prepared.expected) {
        EXPECT_NE(differences({&prepared, 1})[0], "");
        return;
      }
      test::flip_bit(node, weight->raw[0]);
    }
  }
}

}  // namespace
}  // namespace qfx::verify
