// An engine gives every output of a network, one behind the other in each image: of values that
// others read too, of such as lie in another's memory, and of such as a group would otherwise never
// write down.
#include <gtest/gtest.h>

#include "support/compare.h"
#include "support/random_model.h"
#include "support/reference.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/own_format.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kBatch = 5;

graph::FrozenModel frozen(graph::Builder& builder, std::vector<graph::NodeId> outputs) {
  graph::Model model = builder.finish(std::move(outputs));
  for (graph::Node& node : model.nodes) {
    if (!graph::own_format(node.op)) node.frac_bits = {4};
    for (auto& [role, param] : node.params)
      if (!graph::own_format(node.op, role)) param.frac_bits = {5};
  }
  return graph::freeze(model);
}

void expect_all(const graph::FrozenModel& model) {
  const std::vector<std::int32_t> input = test::random_raw_input(model, 3, kBatch);
  const auto reference = test::reference_run(model, input, kBatch);
  const RawTensor wanted = test::outputs_of(model, reference.raw, kBatch);
  for (const int threads : {1, 3}) {
    const Engine engine(model, threads);
    EXPECT_EQ(engine.run(input, kBatch), wanted);
  }
}

TEST(SeveralOutputs, OfOneChain) {
  graph::Builder b("chain");
  graph::NodeId x = b.input({3, 5, 4});
  const auto sums = b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}});
  const auto scaled = b.batch_norm(sums);
  const auto cut = b.relu(scaled);
  const auto half = b.cast(cut);
  expect_all(frozen(b, {half, sums, cut}));
}

TEST(SeveralOutputs, OfOneMemory) {
  graph::Builder b("alias");
  const auto x = b.relu(b.input({1, 4, 4}));
  const auto flat = b.flatten(x);  // of one channel: the same memory
  const auto out = b.linear(flat, {.out_features = 2});
  expect_all(frozen(b, {flat, out, x}));
}

TEST(SeveralOutputs, OfValuesThatAreLongDone) {
  graph::Builder b("early");
  const auto early = b.relu(b.input({2, 6, 6}));
  graph::NodeId x = early;
  for (int i = 0; i < 4; ++i) x = b.conv2d(x, {.out_channels = 2, .kernel = {2, 2}});
  expect_all(frozen(b, {early, x}));
}

// A convolution looks up what a thermometer spreads; the outside wants it spread.
TEST(SeveralOutputs, OfAThermometerThatIsLookedUp) {
  graph::Builder b("levels");
  const auto levels = b.thermometer(b.input({2, 4, 4}), {.levels = 6, .resolution = 1.0});
  const auto conv = b.conv2d(levels, {.out_channels = 3, .kernel = {3, 3}, .binary = true});
  expect_all(frozen(b, {conv, levels}));
}

}  // namespace
}  // namespace qfx::runtime
