// Random models with random folds through the engine and through the exported Verilog: every bit of
// every tensor, the cycles that the model of cycles says, and the same outputs under every kind of
// stall, after a reset within a frame and behind a frame that was cut short. The seeds are those of
// random/hls, so that the first models pass all roads.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <gtest/gtest.h>
#include <span>
#include <thread>

#include "plays.h"
#include "support/compare.h"
#include "support/flip_bit.h"
#include "support/random_axi_bits.h"
#include "support/random_folding.h"
#include "support/random_run.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/circuit/cycles.h"
#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kBatch = 4;
// So many networks share one program: its own parts cost as much as one of them.
constexpr std::int64_t kGroup = 8;
// A candidate of the shrinker costs a build.
constexpr int kShrinkTries = 12;
// Half of the models fold as they come, so that what they leave open is tested too.
constexpr std::uint64_t kFoldedSeeds = 2;

// A frozen model, its folds and ports, raw inputs and what the engine makes of them.
struct Prepared {
  graph::FrozenModel model;
  dataflow::Folding folding;
  std::int64_t axi_bits = 0;
  std::vector<std::int32_t> input;
  std::vector<runtime::RawTensor> expected;
  std::uint64_t seed = 0;
};

Prepared prepare(const test::Case& one, std::uint64_t seed) {
  Prepared p{.model = graph::freeze(one.model), .seed = seed};
  if (seed % kFoldedSeeds == 0)
    p.folding = test::random_folding(seed, dataflow::lower(graph::Analyzed(p.model)));
  p.axi_bits = test::random_axi_bits(seed, p.model);
  p.input.resize(one.samples.size());
  runtime::quantize_input(p.model.input(), one.samples, p.input);
  p.expected = runtime::Engine(p.model, 1).run_all(p.input, one.batch);
  return p;
}

std::atomic<std::int64_t> plays_run = 0, models_run = 0, wide_ports = 0, partly_used_ports = 0;

void count_port(const backends::Port& port) {
  wide_ports += port.tdata_width() > circuit::kUsualBeatBits;
  partly_used_ports += port.tdata_width() > port.lanes * port.container;
}

class Check {
 public:
  Check(const VerilogRunner& runner, std::size_t index, const backends::Project& project,
        const Prepared& one)
      : runner_(runner),
        index_(index),
        project_(project),
        one_(one),
        circuit_(circuit::fold_for_speed(
            dataflow::lower(graph::Analyzed(one.model), project.folding), project.folding,
            project.axi_bits == 0 ? circuit::kMostBeatBits : project.axi_bits)),
        cycles_(circuit::count_cycles(circuit_, kBatch)),
        wanted_(test::outputs_of(one.model, one.expected, kBatch)) {}

  // What is wrong; empty: nothing.
  std::string failure() {
    ++models_run;
    count_port(project_.input);
    for (const backends::Port& port : project_.outputs) count_port(port);
    std::string text = undisturbed();
    for (const NamedPlay& play : stalls(project_, one_.model, cycles_.interval, one_.seed))
      if (text.empty()) text = outputs_under(play);
    if (text.empty()) text = reset_in_a_frame();
    if (text.empty()) text = frame_cut_short();
    return text;
  }

 private:
  Played play(const Play& how) const {
    ++plays_run;
    return runner_.play(index_, one_.input, kBatch, how);
  }

  std::string undisturbed() const {
    const Played played = play({});
    if (!played.fault.empty()) return played.fault;
    if (std::string text = test::first_difference(one_.model, one_.expected, played.nodes);
        !text.empty())
      return text;
    if (played.outputs != wanted_) return "the outputs are not what was traced";
    const std::int64_t latency = played.end_cycles[0] - played.first_cycle + 1;
    const std::int64_t interval = played.end_cycles[3] - played.end_cycles[2];
    if (latency != cycles_.latency || interval != cycles_.interval)
      return fmt::format("latency {} and interval {}, the model of cycles says {} and {}", latency,
                         interval, cycles_.latency, cycles_.interval);
    for (std::size_t link = 0; link < played.high_water.size(); ++link)
      if (played.high_water[link] != cycles_.high_water[link])
        return fmt::format("link {} held {} words, the model of cycles says {}", link,
                           played.high_water[link], cycles_.high_water[link]);
    return "";
  }

  std::string outputs_under(const NamedPlay& named) const {
    const Played played = play(named.how);
    if (!played.fault.empty()) return named.name + ": " + played.fault;
    return played.outputs == wanted_ ? "" : named.name + ": other outputs";
  }

  std::string reset_in_a_frame() const {
    const std::int64_t cycle = 1 + static_cast<std::int64_t>(one_.seed % 97) * cycles_.latency / 64;
    return outputs_under({fmt::format("reset in cycle {}", cycle), {.reset = cycle}});
  }

  // What is missing of frame 1 is zero, and the frames behind it are whole.
  std::string frame_cut_short() const {
    const auto size = static_cast<std::size_t>(graph::element_count(one_.model.input().shape));
    const std::int64_t beats = static_cast<std::int64_t>(size) / project_.input.lanes;
    if (beats < 2) return "";
    const std::int64_t cut = static_cast<std::int64_t>(one_.seed) % (beats - 1);
    const Played played = play({.source = "random:12", .cut_frame = 1, .cut_beat = cut});
    if (!played.fault.empty()) return "a frame cut short: " + played.fault;
    std::vector<std::int32_t> input = one_.input;
    const graph::Shape& shape = one_.model.input().shape;
    const std::size_t channels = static_cast<std::size_t>(shape[0]), pixels = size / channels;
    for (std::size_t i = static_cast<std::size_t>((cut + 1) * project_.input.lanes); i < size; ++i)
      input[size + i % channels * pixels + i / channels] = 0;
    return played.outputs == runtime::Engine(one_.model, 1).run(input, kBatch)
               ? ""
               : fmt::format("other outputs where frame 1 ends with beat {}", cut);
  }

  const VerilogRunner& runner_;
  std::size_t index_;
  const backends::Project& project_;
  const Prepared& one_;
  circuit::Circuit circuit_;
  circuit::Cycles cycles_;
  runtime::RawTensor wanted_;  // what leaves the network
};

// What is wrong, by model; empty texts where nothing is.
std::vector<std::string> failures(std::span<const Prepared> group) {
  const TemporaryDirectory folder;
  std::vector<VerilogTop> tops;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const std::string project = (folder.path() / std::to_string(i)).string();
    backends::export_project(backends::target_named("verilog"), graph::Analyzed(group[i].model),
                             project,
                             {.top = fmt::format("top_{}", i),
                              .folding = group[i].folding,
                              .axi_bits = group[i].axi_bits});
    tops.push_back({backends::read_project(project), group[i].model});
  }
  const VerilogRunner runner(
      tops, folder.path().string(),
      {.macros = {"QFX_TRACE", "QFX_STALL"}, .optimisation = "-O0", .jobs = 1});
  std::vector<std::string> found;
  for (std::size_t i = 0; i < group.size(); ++i)
    found.push_back(Check(runner, i, tops[i].project, group[i]).failure());
  return found;
}

std::string failure_of(std::uint64_t seed) {
  const auto check = [seed](const test::Case& one) {
    if (one.batch != kBatch) return std::string();  // what is sent is so many frames
    const Prepared prepared = prepare(one, seed);
    return failures({&prepared, 1})[0];
  };
  return test::failure_of(seed, test::random_case(seed, kBatch), check, kShrinkTries);
}

std::string failure_in_group(std::uint64_t first_seed, std::int64_t count) {
  std::vector<Prepared> group;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    group.push_back(prepare(test::random_case(seed, kBatch), seed));
  }
  std::string error;
  try {
    const std::vector<std::string> found = failures(group);
    const auto bad =
        std::ranges::find_if(found, [](const std::string& text) { return !text.empty(); });
    if (bad == found.end()) return "";
    std::fprintf(stderr, "seed %llu: %s\n",
                 static_cast<unsigned long long>(first_seed) +
                     static_cast<unsigned long long>(bad - found.begin()),
                 bad->c_str());
    return failure_of(first_seed + static_cast<std::uint64_t>(bad - found.begin()));
  } catch (const std::exception& problem) {
    error = problem.what();
    std::fprintf(stderr, "seeds %llu and the %lld after it: %s\n",
                 static_cast<unsigned long long>(first_seed), static_cast<long long>(count - 1),
                 error.c_str());
  }
  for (std::int64_t i = 0; i < count; ++i) {
    std::string failure = failure_of(first_seed + static_cast<std::uint64_t>(i));
    if (!failure.empty()) return failure;
  }
  return fmt::format("the models of seeds {} and the {} after it work alone but not together: {}",
                     first_seed, count - 1, error);
}

TEST(RandomVerilog, GivesTheRuntimesBitsInTheTimeThatIsKnownAndUnderStalls) {
  const test::RandomRun run = test::random_run(16, 1000);
  const std::int64_t groups = (run.count + kGroup - 1) / kGroup;
  std::vector<std::string> found(static_cast<std::size_t>(groups));
  std::atomic<std::int64_t> next = 0;
  const auto work = [&] {
    for (std::int64_t i = next++; i < groups; i = next++)
      found[static_cast<std::size_t>(i)] =
          failure_in_group(run.seed + static_cast<std::uint64_t>(i * kGroup),
                           std::min(kGroup, run.count - i * kGroup));
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back(work);
  workers.clear();
  for (const std::string& failure : found) EXPECT_EQ(failure, "");
  std::printf("verilog: %lld random models, %lld runs of %lld frames; %lld ports wider than 64 bits, %lld "
              "not full\n",
              static_cast<long long>(models_run), static_cast<long long>(plays_run),
              static_cast<long long>(kBatch), static_cast<long long>(wide_ports),
              static_cast<long long>(partly_used_ports));
}

// A test that cannot fail proves nothing: one bit of one weight must be seen.
TEST(RandomVerilog, SeesOneFlippedWeightBit) {
  for (std::uint64_t seed = 1;; ++seed) {
    Prepared prepared = prepare(test::random_case(seed, kBatch), seed);
    for (graph::FrozenNode& node : prepared.model.nodes) {
      const auto weight = find(node.params, graph::Role::Weight);
      if (weight == nullptr || weight->k_hot > 0 || weight->format.width == 1) continue;
      test::flip_bit(node, weight->raw[0]);
      // One that matters to the engine must matter to the exported design.
      if (runtime::Engine(prepared.model, 1).run_all(prepared.input, kBatch) != prepared.expected) {
        EXPECT_NE(failures({&prepared, 1})[0], "");
        return;
      }
      test::flip_bit(node, weight->raw[0]);
    }
  }
}

}  // namespace
}  // namespace qfx::verify
