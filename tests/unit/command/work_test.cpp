#include "work.h"

#include <gmock/gmock.h>
#include <string>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::command {
namespace {

// Counted by hand from the definitions: a result of n terms costs n - 1 adds, a bias one more.
TEST(Work, IsWhatAHandCounts) {
  graph::Builder builder("net");
  graph::NodeId x = builder.input({2, 4, 4});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .groups = 2},
                     "conv");
  x = builder.batch_norm(x, {}, "bn");
  x = builder.avg_pool2d(x, {}, "pool");
  x = builder.add(x, x, "add");
  x = builder.global_avg_pool2d(x, "mean");
  x = builder.function(x, graph::FunctionName::Silu, "silu");
  x = builder.linear(builder.flatten(x), {.out_features = 3, .has_bias = true}, "linear");
  x = builder.softmax(x, {}, "softmax");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.int_bits = 3;
    for (auto& [name, param] : node.params) param.spec.int_bits = 3;
  }
  graph::FrozenModel frozen = graph::freeze(model);
  const auto expect = [&](const std::string& name, std::int64_t multiplies, std::int64_t shifts,
                          std::int64_t adds) {
    const graph::Analyzed analyzed(frozen);
    for (std::size_t id = 0; id < frozen.nodes.size(); ++id) {
      if (frozen.nodes[id].name != name) continue;
      const Work work = count_work(analyzed, static_cast<graph::NodeId>(id));
      EXPECT_EQ(work.multiplies, multiplies) << name;
      EXPECT_EQ(work.shifts, shifts) << name;
      EXPECT_EQ(work.adds, adds) << name;
    }
  };
  expect("conv", 4 * 16 * 9, 0, 4 * 16 * 8);
  expect("bn", 4 * 16, 0, 4 * 16);
  expect("pool", 0, 0, 4 * 4 * 3);
  expect("add", 0, 0, 4 * 4);
  expect("mean", 0, 0, 4 * 3);
  expect("silu", 0, 0, 0);
  expect("linear", 3 * 4, 0, 3 * 4);
  expect("softmax", 3, 0, 3 + 2);

  // 2-hot: 5 = 101b is two ones, 4 is one, 0 none.
  graph::FrozenParam& scale = frozen.nodes[2].params.at(graph::Role::Scale);
  scale.k_hot = 2;
  scale.raw = {5, 4, 0, -5};
  expect("bn", 0, (2 + 1 + 0 + 2) * 16, (2 + 1 + 0 + 2) * 16);
  // A channel without ones adds nothing up.
  graph::FrozenParam& weight = frozen.nodes[1].params.at(graph::Role::Weight);
  weight.k_hot = 1;
  std::fill(weight.raw.begin(), weight.raw.end(), 0);
  expect("conv", 0, 0, 0);
  std::fill_n(weight.raw.begin(), 3, 1);
  expect("conv", 0, 3 * 16, 2 * 16);
}

TEST(Work, OfActivationsAndJoins) {
  graph::Builder builder("net");
  graph::NodeId x = builder.input({2, 3});
  x = builder.offset(builder.prelu(x, {.num_parameters = 2}, "prelu"), "offset");
  x = builder.mul(builder.sub(x, x, "sub"), x, "mul");
  builder.concat({builder.clip(x, {}, "clip"), x}, "concat");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.int_bits = 3;
    for (auto& [name, param] : node.params) param.spec.int_bits = 3;
  }
  graph::FrozenModel frozen = graph::freeze(model);
  const auto expect = [&](std::size_t node, std::int64_t multiplies, std::int64_t shifts,
                          std::int64_t adds) {
    const Work work = count_work(graph::Analyzed(frozen), static_cast<graph::NodeId>(node));
    EXPECT_EQ(work.multiplies, multiplies) << frozen.nodes[node].name;
    EXPECT_EQ(work.shifts, shifts) << frozen.nodes[node].name;
    EXPECT_EQ(work.adds, adds) << frozen.nodes[node].name;
  };
  expect(1, 6, 0, 0);  // prelu
  expect(2, 0, 0, 6);  // offset
  expect(3, 0, 0, 6);  // sub
  expect(4, 6, 0, 0);  // mul
  expect(5, 0, 0, 0);  // clip
  expect(6, 0, 0, 0);  // concat
  // 2-hot: 5 is two ones, one add between them; 0 none, and nothing to add.
  graph::FrozenParam& slope = frozen.nodes[1].params.at(graph::Role::Slope);
  slope.k_hot = 2;
  slope.raw = {5, 0};
  expect(1, 0, 2 * 3, 3);
}

}  // namespace
}  // namespace qfx::command
