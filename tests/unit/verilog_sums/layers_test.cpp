// Layers chosen for what random networks seldom are, each in several folds.
#include <gtest/gtest.h>

#include "engine_bench.h"
#include "support/random_numbers.h"
#include "support/verilog_tools.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Circuit;
using circuit::Engine;
using circuit::Sums;

// Engines of sums and pools of models, every word of which is then compared.
class Layers {
 public:
  // The layer "layer" with each of the folds.
  void add(const graph::Model& model, const std::vector<dataflow::Fold>& folds,
           const test::RandomNumbers& numbers = {}) {
    const graph::FrozenModel frozen = test::with_random_numbers(model, numbers);
    const auto input = test::random_inputs(frozen, 3, test::kFrames);
    const auto values = runtime::Engine(frozen, 1).run_all(input, test::kFrames);
    for (const dataflow::Fold& fold : folds) {
      const Circuit circuit =
          circuit::fold(dataflow::lower(graph::Analyzed(frozen)), {{"layer", fold}});
      for (const Engine& engine : circuit.engines) {
        if (engine.name.find("layer") == engine.name.npos) continue;
        const bool is_ours = std::holds_alternative<Sums>(engine.part) ||
                             std::holds_alternative<circuit::Pool>(engine.part);
        if (!is_ours) continue;
        engines_.push_back(
            test::engine_case(circuit, engine, values, fmt::format("layer_{}", engines_.size())));
        bench_.add(engines_.back());
      }
    }
  }

  const std::vector<test::EngineUnderTest>& engines() const { return engines_; }
  std::string problems() { return bench_.problems(20000); }

 private:
  test::EngineBench bench_;
  std::vector<test::EngineUnderTest> engines_;
};

// Levels of so many bits before a layer.
template <class Make>
graph::Model after_levels(std::int64_t bits, const graph::Shape& shape, const Make& make) {
  graph::Builder builder("levels");
  const graph::NodeId x =
      builder.quant_sign(builder.input(shape), graph::QuantSign{.bits = bits}, "levels");
  make(builder, x);
  return builder.finish();
}

TEST(VerilogLayers, BitsThatAgreeAreCounted) {
  Layers layers;
  for (const std::int64_t bits : {1, 2, 3}) {
    for (const std::int64_t padding : {0, 1}) {
      layers.add(after_levels(bits, {3, 3, 3},
                              [&](graph::Builder& builder, graph::NodeId x) {
                                builder.conv2d(x,
                                               {.out_channels = 4,
                                                .kernel = {2, 2},
                                                .padding = {padding, padding},
                                                .binary = true},
                                               "layer");
                              }),
                 {{2, 1}, {3, 3}, {4, 12}, {1, 12}});
    }
  }
  layers.add(after_levels(
                 1, {240, 3, 3},
                 [&](graph::Builder& builder, graph::NodeId x) {
                   builder.conv2d(
                       x, {.out_channels = 3, .kernel = {2, 2}, .padding = {1, 1}, .binary = true},
                       "layer");
                 }),
             {{2, 240}, {1, 80}});
  layers.add(after_levels(2, {4, 3, 3},
                          [&](graph::Builder& builder, graph::NodeId x) {
                            builder.conv2d(x,
                                           {.out_channels = 8,
                                            .kernel = {3, 3},
                                            .padding = {1, 1},
                                            .groups = 4,
                                            .binary = true},
                                           "layer");
                          }),
             {{4, 0}, {8, 0}, {1, 1}});
  ASSERT_GT(layers.engines().size(), 20U);
  for (const test::EngineUnderTest& one : layers.engines()) {
    EXPECT_EQ(one.text.module.find("qfx_multiply"), std::string::npos);
    EXPECT_EQ(one.text.module.find(" * "), std::string::npos);
  }
  EXPECT_EQ(layers.problems(), "");
}

TEST(VerilogLayers, FractionalConvolutions) {
  Layers layers;
  for (const std::int64_t padding : {0, 1}) {
    for (const std::int64_t groups : {1, 3}) {
      layers.add(after_levels(2, {6, 3, 3},
                              [&](graph::Builder& builder, graph::NodeId x) {
                                builder.fractional_conv2d(x,
                                                          {.out_channels = 6,
                                                           .kernel = {3, 3},
                                                           .padding = {padding, padding},
                                                           .groups = groups},
                                                          "layer");
                              }),
                 groups == 1 ? std::vector<dataflow::Fold>{{2, 1}, {3, 6}, {6, 54}, {2, 54}}
                             : std::vector<dataflow::Fold>{{2, 1}, {1, 2}});
    }
  }
  ASSERT_EQ(layers.engines().size(), 12U);
  EXPECT_EQ(layers.problems(), "");
}

TEST(VerilogLayers, ShiftsAndNoMultiplier) {
  Layers layers;
  for (const int k : {1, 2, 3}) {
    for (const bool is_signed : {false, true}) {
      graph::Builder builder("khot");
      builder.conv2d(builder.input({4, 3, 3}),
                     {.out_channels = 5, .kernel = {3, 3}, .padding = {1, 1}}, "layer");
      layers.add(builder.finish(), {{2, 2}, {5, 36}, {1, 1}},
                 {.per_channel = true, .k_hot = k, .signed_digits = is_signed});
    }
  }
  EXPECT_EQ(layers.problems(), "");
  const test::EngineUnderTest& one = layers.engines().front();
  EXPECT_EQ(one.text.module.find(" * "), std::string::npos);
  std::map<std::string, std::string> files = one.text.memories;
  files[one.words.module + ".v"] = one.text.module;
  const test::VerilogSources sources{
      one.words.module, files, {one.text.support.begin(), one.text.support.end()}};
  const TemporaryDirectory folder;
  test::write_sources(sources, folder.path());
  test::run_in_yosys(sources, folder.path(), "proc; flatten; opt; select -assert-none t:$mul");
}

TEST(VerilogLayers, EdgesOfWindows) {
  Layers layers;
  const auto conv = [&](const graph::Shape& shape, const graph::Conv2d& attributes,
                        const std::vector<dataflow::Fold>& folds) {
    graph::Builder builder("edges");
    builder.conv2d(builder.input(shape), attributes, "layer");
    layers.add(builder.finish(), folds, {.per_channel = true});
  };
  // One pixel; a kernel larger than the image; a stride beyond the kernel; holes; padding beyond
  // the kernel; one row, one column.
  conv({4, 1, 1}, {.out_channels = 3, .kernel = {1, 1}}, {{1, 1}, {3, 4}, {2, 2}});
  conv({2, 2, 2}, {.out_channels = 3, .kernel = {5, 5}, .padding = {2, 2}}, {{1, 1}, {3, 50}});
  conv({2, 7, 6}, {.out_channels = 2, .kernel = {1, 2}, .stride = {3, 4}}, {{2, 1}, {1, 4}});
  conv({2, 7, 7},
       {.out_channels = 2,
        .kernel = {3, 2},
        .stride = {2, 1},
        .padding = {2, 1},
        .dilation = {2, 3}},
       {{1, 2}, {2, 12}});
  conv({1, 3, 3}, {.out_channels = 2, .kernel = {1, 1}, .padding = {1, 2}}, {{1, 1}, {2, 1}});
  conv({3, 1, 6}, {.out_channels = 2, .kernel = {1, 3}, .padding = {0, 1}}, {{2, 3}, {2, 9}});
  conv({3, 6, 1}, {.out_channels = 2, .kernel = {3, 1}, .padding = {1, 0}}, {{2, 3}, {2, 9}});
  conv({6, 3, 3}, {.out_channels = 9, .kernel = {2, 2}, .groups = 3}, {{2, 1}, {3, 2}});
  // Padding that differs between the sides: none before, none behind, on the first row alone.
  conv({2, 4, 5}, {.out_channels = 2, .kernel = {2, 2}, .padding = {0, 0, 1, 1}}, {{1, 2}, {2, 8}});
  conv({2, 5, 4}, {.out_channels = 2, .kernel = {3, 2}, .stride = {2, 1}, .padding = {2, 1, 0, 3}},
       {{2, 1}, {2, 12}});
  conv({1, 3, 4}, {.out_channels = 2, .kernel = {2, 3}, .padding = {1, 0, 0, 0}}, {{1, 1}, {2, 6}});
  // Rows of windows below the image, during which the ring takes in more than a row.
  conv({4, 7, 4},
       {.out_channels = 4,
        .kernel = {1, 3},
        .padding = {0, 3, 3, 0},
        .dilation = {1, 3},
        .groups = 4},
       {{1, 0}, {2, 0}});
  EXPECT_EQ(layers.problems(), "");
}

TEST(VerilogLayers, Pools) {
  Layers layers;
  const auto pool = [&](const auto& attributes) {
    graph::Builder builder("pools");
    builder.append(attributes, {builder.input({4, 5, 6})}, "layer");
    layers.add(builder.finish(), {{1, 0}, {2, 0}, {4, 0}});
  };
  pool(graph::MaxPool2d{.kernel = {2, 3}, .stride = {2, 1}, .padding = {1, 1}});
  pool(graph::AvgPool2d{.kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 1}});
  pool(graph::AvgPool2d{.kernel = {2, 4}, .stride = {2, 2}, .padding = {0, 0}});
  pool(graph::MaxPool2d{
      .kernel = {2, 2}, .stride = {1, 2}, .padding = {1, 0, 2, 1}, .dilation = {3, 2}});
  // Windows that count differently: nothing of the padding, and what lies behind it.
  pool(graph::AvgPool2d{
      .kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}, .count_include_pad = false});
  pool(graph::AvgPool2d{.kernel = {2, 3}, .padding = {0, 1, 1, 2}, .overhang = {1, 1}});
  pool(graph::AvgPool2d{
      .kernel = {3, 2},
      .stride = {1, 2},
      .padding = {2, 0, 1, 1},
      .count_include_pad = false,
      .accumulator = fixed::Format{6, 4, true, fixed::Rounding::RND_CONV, fixed::Overflow::WRAP}});
  pool(graph::AvgPool2d{
      .kernel = {5, 3},
      .stride = {1, 1},
      .padding = {0, 0},
      .accumulator = fixed::Format{6, 4, true, fixed::Rounding::RND_CONV, fixed::Overflow::WRAP}});
  EXPECT_EQ(layers.problems(), "");
}

}  // namespace
}  // namespace qfx::backends::verilog
