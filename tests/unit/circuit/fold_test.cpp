#include <gtest/gtest.h>

#include "circuit/behaviour.h"
#include "circuit/depths.h"
#include "support/random_folding.h"
#include "support/random_numbers.h"
#include "support/random_run.h"
#include "support/user_error.h"

#include "qfx/circuit/circuit.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::circuit {
namespace {

using dataflow::Folding;
using graph::Builder;
using graph::NodeId;

// Convolution to 5 channels over 4 of 6x6, then an element-wise pair, then a linear layer.
graph::FrozenModel small() {
  Builder builder("small");
  NodeId x = builder.input({4, 6, 6});
  x = builder.conv2d(x, {.out_channels = 5, .kernel = {3, 3}, .padding = {1, 1}}, "conv");
  x = builder.relu(builder.batch_norm(x, {}, "bn"), "relu");
  builder.linear(builder.flatten(x), {.out_features = 3}, "fc");
  return test::with_random_numbers(builder.finish());
}

Circuit folded(const graph::FrozenModel& model, const Folding& folding = {}) {
  return fold(dataflow::lower(graph::Analyzed(model)), folding);
}

template <class P>
const P& part(const Circuit& circuit, const std::string& name) {
  for (const Engine& engine : circuit.engines)
    if (engine.name == name) return std::get<P>(engine.part);
  throw std::runtime_error("no engine " + name);
}

std::int64_t steps(const Behaviour& behaviour) {
  std::int64_t count = 0;
  for (const Round& round : behaviour.rounds) count += round.count;
  return count;
}

std::int64_t words_given(const Behaviour& behaviour) {
  std::int64_t words = 0;
  for (const Round& round : behaviour.rounds)
    if (round.period > 0) words += round.count / round.period;
  return words;
}

// What must hold of every circuit.
void check_circuit(const Circuit& circuit) {
  std::vector<int> written(circuit.links.size(), 0), read(circuit.links.size(), 0);
  ++written[circuit.input];
  for (const LinkId output : circuit.outputs) ++read[output];
  EXPECT_EQ(circuit.links[circuit.input].writer, kRim);
  for (const LinkId output : circuit.outputs) EXPECT_EQ(circuit.links[output].reader, kRim);
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) {
    const Engine& engine = circuit.engines[id];
    std::vector<std::int64_t> taken(engine.inputs.size(), 0);
    for (const Round& round : engine.behaviour.rounds) {
      EXPECT_GT(round.count, 0) << engine.name;
      if (round.period > 0) {
        EXPECT_EQ(round.count % round.period, 0) << engine.name;
      }
      for (std::size_t i = 0; i < taken.size(); ++i)
        if ((round.takes >> i & 1) != 0) taken[i] += round.count;
    }
    for (std::size_t i = 0; i < engine.inputs.size(); ++i) {
      const Link& link = circuit.links[engine.inputs[i]];
      ++read[engine.inputs[i]];
      EXPECT_EQ(link.reader, id);
      EXPECT_LT(link.writer, id) << "not in topological order";
      if (engine.behaviour.buffer == 0)
        EXPECT_EQ(taken[i], link.words()) << engine.name;
      else
        EXPECT_EQ(engine.behaviour.rounds.back().free, link.words()) << engine.name;
      const bool takes_padding =
          std::holds_alternative<Fork>(engine.part) || std::holds_alternative<Repack>(engine.part);
      if (!takes_padding) {
        EXPECT_EQ(link.group % link.lanes, 0) << engine.name;
      }
    }
    for (LinkId output : engine.outputs) {
      ++written[output];
      EXPECT_EQ(circuit.links[output].writer, id);
      EXPECT_EQ(words_given(engine.behaviour), circuit.links[output].words()) << engine.name;
    }
    std::int64_t freed = 0;
    for (const Round& round : engine.behaviour.rounds) {
      if (engine.behaviour.buffer == 0) break;
      EXPECT_LE(round.need - freed, engine.behaviour.buffer) << engine.name;
      EXPECT_LE(freed, round.free) << engine.name;
      freed = round.free;
    }
  }
  for (std::size_t i = 0; i < circuit.links.size(); ++i) {
    EXPECT_EQ(written[i], 1) << i;
    EXPECT_EQ(read[i], 1) << i;
    EXPECT_GE(circuit.links[i].depth, 2);
  }
  EXPECT_TRUE(completes(circuit, 3));
}

TEST(Fold, WithoutOneASumHasAllInputsOfItsGroupAtOnce) {
  const Circuit circuit = folded(small());
  check_circuit(circuit);
  const Sums& conv = part<Sums>(circuit, "conv");
  EXPECT_EQ(conv.form, Sums::Form::Ring);
  EXPECT_EQ(conv.pe, 1);
  EXPECT_EQ(conv.simd, 4);
  EXPECT_EQ(conv.blocks, 5);
  EXPECT_EQ(conv.steps, 9);
  // The convolution needs 36 * 5 * 9 cycles: one element at a time keeps up with it.
  EXPECT_EQ(part<Chain>(circuit, "bn_relu").lanes, 1);
  EXPECT_EQ(part<Chain>(circuit, "bn_relu").processes.size(), 2);
  EXPECT_EQ(part<Sums>(circuit, "fc").simd, 5) << "a flattened image: the channels of a pixel";
}

TEST(Fold, OfTheWholeWindowWalksAndTheRestKeepsUp) {
  const Circuit circuit = folded(small(), {{"conv", {5, 36}}, {"fc", {3, 180}}});
  check_circuit(circuit);
  EXPECT_EQ(part<Sums>(circuit, "conv").form, Sums::Form::Walk);
  EXPECT_EQ(part<Sums>(circuit, "fc").form, Sums::Form::Walk);
  EXPECT_EQ(part<Chain>(circuit, "bn_relu").lanes, 5) << "36 pixels within 64 cycles";
  EXPECT_EQ(circuit.links[circuit.input].lanes, 8) << "a beat of 64 bits";
}

TEST(Fold, MayLeaveTheLastBlockPadded) {
  const Circuit circuit = folded(small(), {{"conv", {3, 2}}});
  check_circuit(circuit);
  const Sums& conv = part<Sums>(circuit, "conv");
  EXPECT_EQ(conv.blocks, 2);
  EXPECT_EQ(conv.steps, 18);
  const auto found = std::ranges::find_if(
      circuit.links, [](const Link& link) { return link.lanes == 3 && link.group == 5; });
  ASSERT_NE(found, circuit.links.end());
  EXPECT_EQ(found->words(), 36 * 2);
  EXPECT_TRUE(found->is_trace);
}

TEST(Fold, OfAGroupOfOneInputPutsChannelsSideBySide) {
  Builder builder("depthwise");
  const NodeId x = builder.input({6, 4, 4});
  builder.conv2d(x, {.out_channels = 12, .kernel = {3, 3}, .groups = 6}, "conv");
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Circuit wide = folded(model, {{"conv", {6, 0}}});
  check_circuit(wide);
  EXPECT_EQ(part<Sums>(wide, "conv").form, Sums::Form::Depthwise);
  EXPECT_EQ(part<Sums>(wide, "conv").simd, 3);
  EXPECT_EQ(part<Sums>(wide, "conv").blocks, 2);
  const Circuit narrow = folded(model, {{"conv", {1, 1}}});
  check_circuit(narrow);
  EXPECT_EQ(part<Sums>(narrow, "conv").form, Sums::Form::Ring);
  EXPECT_EQ(part<Sums>(narrow, "conv").blocks, 12);
}

TEST(Fold, ThatDoesNotDivideIsRefusedWithWhatIsAllowed) {
  const graph::FrozenModel model = small();
  const auto refused = [&](const Folding& folding) {
    return test::user_error_of([&] { folded(model, folding); });
  };
  EXPECT_EQ(refused({{"conv", {6, 0}}}),
            "the fold of 'conv' computes 6 outputs at once; the layer allows 1 to 5");
  EXPECT_EQ(
      refused({{"conv", {1, 3}}}),
      "the fold of 'conv' adds 3 products at once; allowed are divisors of the 4 inputs: 1, 2 "
      "or 4, or the whole window, 36");
  EXPECT_EQ(refused({{"fc", {1, 7}}}).substr(0, 57),
            "the fold of 'fc' adds 7 products at once; allowed are div");
  EXPECT_EQ(refused({{"relu", {2, 0}}}),
            "the fold of 'relu' computes 2 results at once; allowed are divisors of 5: 1 or 5");
  EXPECT_EQ(
      refused({{"bn", {1, 2}}}),
      "the fold of 'bn' gives operands at once, 2, which only convolutions and matrices have; "
      "give the results at once alone");
  EXPECT_NE(refused({{"cnv", {1, 0}}}), "");
  EXPECT_NE(refused({{"conv", {-1, 0}}}), "");
}

TEST(Fold, OfTwoNeighboursThatDifferIsRepackedAndNotChained) {
  const Circuit circuit = folded(small(), {{"bn", {5, 0}}, {"relu", {1, 0}}});
  check_circuit(circuit);
  EXPECT_EQ(part<Chain>(circuit, "bn").lanes, 5);
  EXPECT_EQ(part<Chain>(circuit, "relu").lanes, 1);
}

TEST(Fold, OfARingHoldsWhatAWindowNeeds) {
  const Circuit circuit = folded(small());
  for (const Engine& engine : circuit.engines) {
    if (engine.name != "conv") continue;
    EXPECT_EQ(engine.behaviour.rounds.size(), 36);
    EXPECT_EQ(engine.behaviour.rounds[0].need, 6 + 2);
    EXPECT_EQ(engine.behaviour.rounds[0].free, 0);
    EXPECT_EQ(engine.behaviour.rounds[7].need, 2 * 6 + 3);
    EXPECT_EQ(engine.behaviour.rounds[7].free, 1) << "the next window begins at column 1 of row 0";
    EXPECT_EQ(engine.behaviour.buffer, 2 * 6 + 3 + 8) << "and the next frame's first window";
    EXPECT_EQ(steps(engine.behaviour), 36 * 5 * 9);
  }
}

// Random networks and folds, all forms of engines among them.
TEST(Fold, OfRandomNetworksIsACircuit) {
  std::vector<int> seen(std::variant_size_v<Part>, 0);
  std::vector<int> forms(4, 0);
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const test::Case one = test::random_case(seed, 1);
    const graph::FrozenModel model = graph::freeze(one.model);
    const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
    SCOPED_TRACE(seed);
    for (const Folding& folding : {Folding{}, test::random_folding(seed, network)}) {
      const Circuit circuit = fold(network, folding);
      check_circuit(circuit);
      if (testing::Test::HasFailure()) return;
      for (const Engine& engine : circuit.engines) {
        ++seen[engine.part.index()];
        if (const auto* sums = std::get_if<Sums>(&engine.part))
          ++forms[static_cast<int>(sums->form)];
      }
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_GT(seen[i], 5) << "part " << i;
  for (std::size_t i = 0; i < forms.size(); ++i) EXPECT_GT(forms[i], 5) << "form " << i;
}


}  // namespace
}  // namespace qfx::circuit
