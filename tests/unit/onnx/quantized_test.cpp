// Quantized networks come in as their files say them: formats, and every value.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "imports/passes/all.h"
#include "unit/onnx/quantized_networks.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"
#include "qfx/imports/import.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::imports {
namespace {

using test::OnnxFile;
using testing::HasSubstr;

Imported imported(const OnnxFile& file) {
  Source source = parse_onnx(file.bytes(), {}, "'net.onnx'");
  Source before = source;
  cut(before, {});
  set_input_shape(before, {});
  split_fused(before);
  Imported result = import_source(std::move(source), {}, "net");
  result.original = std::move(before);
  return result;
}

std::vector<double> samples_of(const Imported& network, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0, 2);
  std::vector<double> samples(network.lowered.input_index.size());
  // Single precision, as files are fed, and ties among them.
  for (double& value : samples)
    value = seed % 2 == 0 ? std::nearbyint(normal(generator) * 32) / 32
                          : static_cast<float>(normal(generator));
  return samples;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(a[i]));
    apart = std::max(apart, std::abs(a[i] - b[i]));
  }
  EXPECT_GT(largest, 0);
  return apart / largest;
}

TEST(QuantizedOnnx, WithoutRoundingBothEndsAreOneFunction) {
  for (const auto& [name, file] : test::quantized_networks()) {
    const Imported network = imported(file);
    ASSERT_TRUE(network.source.is_quantized) << name;
    const Source smooth = without_rounding(*network.original);
    for (const std::uint64_t seed : {1, 2}) {
      const std::vector<double> samples = samples_of(network, seed);
      EXPECT_LT(apart(run_original(smooth, samples)->at(0),
                      run_as_file(network.lowered, samples, 1, Casts::Clamped).at(0)),
                2e-6)
          << name;
    }
  }
}

// Outputs of the frozen model's integers, in the file's order.
std::vector<double> frozen_outputs(const Imported& network, const runtime::Engine& engine,
                                   const std::vector<double>& samples) {
  std::vector<float> arranged(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i)
    arranged[network.lowered.input_index[i]] = static_cast<float>(samples[i]);
  std::vector<std::int32_t> raw(samples.size());
  runtime::quantize_input(engine.model().input(), arranged, raw);
  const auto output = engine.run(raw, 1);
  const int frac_bits = engine.model().nodes.back().format.frac_bits();
  std::vector<double> values;
  for (const std::int64_t at : network.lowered.outputs.at(0).index)
    values.push_back(std::ldexp(static_cast<double>(output[at]), -frac_bits));
  return values;
}

TEST(QuantizedOnnx, TheFrozenModelGivesTheFilesValues) {
  for (const auto& [name, file] : test::power_of_two_networks()) {
    const Imported network = imported(file);
    const runtime::Engine engine(graph::freeze(network.model()), 1);
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const std::vector<double> samples = samples_of(network, seed);
      const auto wanted = run_original(*network.original, samples);
      EXPECT_EQ(frozen_outputs(network, engine, samples), wanted->at(0))
          << name << ", seed " << seed;
    }
  }
}

TEST(QuantizedOnnx, ChannelsLastIsONNXsOwnBetweenTransposes) {
  const Imported last = imported(test::channels_last()),
                 first = imported(test::channels_last(true));
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<double> samples = samples_of(last, seed);
    EXPECT_EQ(run_original(*last.original, samples)->at(0),
              run_original(*first.original, samples)->at(0));
  }
}

// A real scale is a factor behind the sums: next to nothing is rounded otherwise. (Samples on a
// grid of powers of two lie on ties of a scale such as 0.03, which single precision decides.)
TEST(QuantizedOnnx, RealScalesDifferAtTiesAlone) {
  for (const auto& [name, file] : test::quantized_networks()) {
    const Imported network = imported(file);
    if (name == "batch norm and softmax") continue;  // a softmax's value is rounded
    const runtime::Engine engine(graph::freeze(network.model()), 1);
    std::int64_t differing = 0, values = 0;
    for (const std::uint64_t seed : {1, 3, 5, 7, 9}) {
      const std::vector<double> samples = samples_of(network, seed);
      const std::vector<double> wanted = run_original(*network.original, samples)->at(0);
      const std::vector<double> got = frozen_outputs(network, engine, samples);
      double largest = 0;
      for (const double value : wanted) largest = std::max(largest, std::abs(value));
      for (std::size_t i = 0; i < got.size(); ++i)
        differing += !(std::abs(got[i] - wanted[i]) <= 1e-6 * largest);
      values += std::ssize(got);
    }
    EXPECT_LE(static_cast<double>(differing), 0.002 * static_cast<double>(values)) << name;
  }
}

// What `qfx ptq` freezes goes through training's sums, in float64.
TEST(QuantizedOnnx, TrainingCarriesEverySum) {
  for (const auto& [name, file] : test::quantized_networks()) {
    const graph::FrozenModel model = graph::freeze(imported(file).model());
    for (const graph::NodeRange& range : graph::analyze_ranges(model)) {
      EXPECT_GE(range.accumulator.lo, -(std::int64_t{1} << 52)) << name;
      EXPECT_LE(range.accumulator.hi, std::int64_t{1} << 52) << name;
    }
  }
}

TEST(QuantizedOnnx, FormatsAreTheFiles) {
  const auto networks = test::quantized_networks();
  const graph::FrozenModel conv = graph::freeze(imported(networks.at("convolution")).model());
  const auto format = [](const graph::FrozenModel& model, const std::string& node) {
    for (const graph::FrozenNode& other : model.nodes) {
      if (other.name == node) return fixed::to_string(other.format);
    }
    return std::string("none");
  };
  EXPECT_EQ(fixed::to_string(conv.input().format), "fixed<8,4,RND_CONV,SAT>");
  EXPECT_EQ(format(conv, "relu"), "ufixed<4,1,RND_CONV,SAT>");
  EXPECT_EQ(fixed::to_string(conv.nodes[1].params.at(graph::Role::Weight).format),
            "fixed<6,1,RND_CONV,SAT_SYM>");
  const graph::FrozenModel clipped =
      graph::freeze(imported(networks.at("clipped integers")).model());
  EXPECT_EQ(fixed::to_string(clipped.input().format), "fixed<4,2,RND_CONV,SAT_SYM>");
  EXPECT_EQ(format(clipped, "relu"), "ufixed<4,3,RND_CONV,SAT>");
  EXPECT_THAT(report_text(imported(networks.at("clipped integers")), "net.onnx"),
              HasSubstr("the ends of a format"));
  const Imported qdq = imported(networks.at("zero points"));
  EXPECT_THAT(report_text(qdq, "net.onnx"), HasSubstr("its zero point ends its range"));
  const graph::Param& weight = qdq.model().nodes[2].params.at(graph::Role::Weight);
  EXPECT_EQ(weight.spec.width, 8);
  EXPECT_EQ(weight.spec.granularity, graph::Granularity::PerChannel);
  EXPECT_THAT(weight.frac_bits, testing::ElementsAre(7, 8, 6));
  const Imported signs = imported(networks.at("signs"));
  EXPECT_TRUE(std::ranges::any_of(signs.model().nodes, [](const graph::Node& node) {
    const auto* op = std::get_if<graph::Conv2d>(&node.op);
    return op != nullptr && op->binary;
  }));
}

TEST(QuantizedOnnx, TheRecipeFixesTheFormats) {
  const Imported network = imported(test::quantized_networks().at("convolution"));
  const std::string recipe = recipe_text(network, {"net.onnx", "model.graph", ""});
  EXPECT_THAT(recipe, HasSubstr("match = \"relu\"\nformat = \"ufixed<4,1,RND_CONV,SAT>\""));
  for (const graph::Node& node : network.model().nodes) EXPECT_FALSE(node.spec.learned);
}

}  // namespace
}  // namespace qfx::imports
