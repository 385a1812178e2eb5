// A kind without a kernel runs pass by pass on its exact value: the same steps for the kinds that
// have kernels give the reference's bits, and the kernels'.
#include "runtime/generic_step.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "runtime/levels.h"
#include "support/random_run.h"
#include "support/reference.h"

#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kStepBatch = 3;

// Null for the kinds that are made of many elements of their input, or of its elements elsewhere.
std::unique_ptr<Step> generic_step(const Analyzed& analyzed, graph::NodeId id) {
  if (graph::keeps_format(analyzed.node(id).op)) return nullptr;
  return std::visit(
      [&]<class Kind>(const Kind& kind) -> std::unique_ptr<Step> {
        if constexpr (requires(Tile & tile) { value(tile, kind); })
          return make_generic(analyzed, id, kind);
        else
          return nullptr;
      },
      analyzed.node(id).op);
}

// Lines of 64 bytes, as steps want them.
struct alignas(64) Line {
  std::byte bytes[64];
};
std::vector<Line> lines(std::size_t bytes) {
  return std::vector<Line>(bytes / sizeof(Line) + 1);
}

// Elements of a type: neither the generic steps nor bring_in() pack bits.
TensorLayout unpacked(TensorLayout layout) {
  layout.planes = 0;
  return layout;
}

// layout: of what the step writes.
std::vector<std::int32_t> run(const Step& step, const Analyzed& analyzed, graph::NodeId id,
                              const std::vector<RawTensor>& trace, const TensorLayout& layout) {
  std::vector<std::vector<Line>> tensors;
  std::vector<const std::byte*> inputs;
  for (const graph::NodeId input : analyzed.node(id).inputs) {
    const TensorLayout from = unpacked(layout_of(analyzed, input));
    std::byte* memory = tensors.emplace_back(lines(from.bytes() * kStepBatch)).front().bytes;
    bring_in(from, trace[input].data(), kStepBatch, memory);
    inputs.push_back(memory);
  }
  std::vector<Line> scratch = lines(step.scratch_bytes(kStepBatch));
  std::vector<Line> result = lines(layout.bytes() * kStepBatch);
  step.run(inputs.data(), result.front().bytes, kStepBatch, scratch.front().bytes);
  std::vector<std::int32_t> output(trace[id].size());
  bring_out(layout, result.front().bytes, kStepBatch, output.data());
  return output;
}

TEST(RandomRuntime, AGenericStepGivesTheKernelsBits) {
  const test::RandomRun count = test::random_run(600, 20000);
  std::map<std::string_view, int> kinds;
  for (std::int64_t i = 0; i < count.count; ++i) {
    const std::uint64_t seed = count.seed + static_cast<std::uint64_t>(i);
    // every third model has sums as wide as they may be
    const int widest = i % 3 == 0 ? graph::kMaxAccumulatorWidth : 53;
    const test::Case one = test::random_case(seed, kStepBatch, {.max_accumulator_width = widest});
    const Analyzed analyzed(graph::freeze(one.model));
    std::vector<std::int32_t> input(one.samples.size());
    quantize_input(analyzed.model().input(), one.samples, input);
    const auto trace = test::reference_run(analyzed.model(), input, kStepBatch).raw;
    for (std::size_t node = 1; node < analyzed.model().nodes.size(); ++node) {
      const auto id = static_cast<graph::NodeId>(node);
      const auto step = generic_step(analyzed, id);
      if (!step) continue;
      const std::string_view kind = graph::kind_name(analyzed.node(id).op);
      ++kinds[kind];
      const TensorLayout layout = layout_of(analyzed, id);
      ASSERT_EQ(run(*step, analyzed, id, trace, unpacked(layout)), trace[node])
          << "seed " << seed << ", node '" << analyzed.node(id).name << "' (" << kind << ")";
      if (is_packed(analyzed, analyzed.node(id).inputs[0])) continue;
      const auto chosen = make_step(analyzed, {{id}, analyzed.node(id).inputs});
      ASSERT_EQ(run(*chosen, analyzed, id, trace, layout), trace[node])
          << "seed " << seed << ", node '" << analyzed.node(id).name << "' (" << kind << ")";
    }
  }
  // All but input, conv2d, fractional_conv2d, linear, the three pools, softmax, and what keeps its
  // input's format.
  const std::vector<graph::Op> all = graph::all_kinds();
  const auto kept = std::ranges::count_if(all, graph::keeps_format);
  EXPECT_EQ(std::ssize(kinds), std::ssize(all) - 8 - kept);
  for (const auto& [kind, times] : kinds) EXPECT_GE(times, 10) << kind;
}

}  // namespace
}  // namespace qfx::runtime
