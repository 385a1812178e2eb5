// No pass changes what a network computes, and the model computes it too.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "imports/passes/all.h"
#include "unit/onnx/networks.h"
#include "unit/onnx/quantized_networks.h"

#include "qfx/imports/import.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"

namespace qfx::imports {
namespace {

using test::OnnxFile;

Source parsed(const OnnxFile& file) {
  return parse_onnx(file.bytes(), {}, "'net.onnx'");
}

std::vector<double> samples_for(const Source& source, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0, 1.5);
  std::vector<double> samples(element_count(*source.inputs[0].shape));
  for (double& value : samples) value = normal(generator);
  return samples;
}

std::vector<double> output_of(const Source& source, const std::vector<double>& samples) {
  const SourceInput& input = source.inputs[0];
  const auto values = run(source, {{input.name, Tensor::of(*input.shape, samples)}});
  return values.at(source.outputs[0]).reals;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(a[i]));
    apart = std::max(apart, std::abs(a[i] - b[i]));
  }
  EXPECT_GT(largest, 0);
  return apart / largest;
}

// Each pass after the other, as make_plain calls them.
TEST(ImportPasses, ChangeNoValue) {
  std::set<std::string_view> changed;
  std::map<std::string, OnnxFile> networks = test::onnx_networks();
  networks.merge(test::quantized_networks());
  for (const auto& [name, file] : networks) {
    // What is rounded would make a difference of a step of one in the last bits.
    Source source = without_rounding(parsed(file));
    cut(source, {});
    set_input_shape(source, {});
    split_fused(source);
    infer_and_fold(source);
    const std::vector<double> samples = samples_for(source, 1);
    std::vector<double> before = output_of(source, samples);
    bool again = true;
    for (int round = 0; again && round < 50; ++round) {
      again = false;
      for (const Pass& pass : passes()) {
        if (!pass.apply(source)) continue;
        again = true;
        changed.insert(pass.name);
        const std::vector<double> after = output_of(source, samples);
        // Constants such as a sixth are written in single precision.
        EXPECT_LT(difference(before, after), 1e-6) << name << ": " << pass.name;
        before = after;
        infer_and_fold(source);
      }
    }
    EXPECT_FALSE(again) << name;
  }
  // infer_and_fold has nothing left to fold where make_plain has called it.
  for (const Pass& pass : passes()) {
    if (pass.name == "infer_and_fold") continue;
    EXPECT_TRUE(changed.contains(pass.name)) << pass.name << " is tried on nothing";
  }
}

TEST(ImportPasses, TheModelComputesWhatTheFileSays) {
  for (const auto& [name, file] : test::onnx_networks()) {
    Source before = parsed(file);
    cut(before, {});
    set_input_shape(before, {});
    split_fused(before);
    const Imported imported = import_source(parsed(file), {}, "net");
    std::vector<double> two;
    std::vector<double> wanted;
    for (const std::uint64_t seed : {2, 3}) {
      const std::vector<double> samples = samples_for(before, seed);
      const std::vector<double> output = output_of(before, samples);
      two.insert(two.end(), samples.begin(), samples.end());
      wanted.insert(wanted.end(), output.begin(), output.end());
    }
    EXPECT_LT(difference(wanted, run_as_file(imported.lowered, two, 2).at(0)), 1e-6) << name;
  }
}

std::vector<std::string> kinds(const std::string& name) {
  std::vector<std::string> result;
  const std::map<std::string, OnnxFile> networks = test::onnx_networks();
  const Imported imported = import_source(parsed(networks.at(name)), {}, "net");
  for (const graph::Node& node : imported.model().nodes)
    result.emplace_back(graph::kind_name(node.op));
  return result;
}

TEST(ImportPasses, LeaveWhatIsMeant) {
  using testing::ElementsAre;
  EXPECT_THAT(kinds("idle nodes"), ElementsAre("input", "conv2d"));
  EXPECT_THAT(kinds("hardswish written out"), ElementsAre("input", "conv2d", "function"));
  EXPECT_THAT(kinds("silu, gelu"), ElementsAre("input", "conv2d", "function", "function"));
  EXPECT_THAT(kinds("softplus written out"), ElementsAre("input", "conv2d", "function"));
  EXPECT_THAT(kinds("batch norm, prelu"), ElementsAre("input", "conv2d", "batch_norm", "prelu"));
  EXPECT_THAT(kinds("constants behind a convolution"),
              ElementsAre("input", "conv2d", "relu", "affine"));
  EXPECT_THAT(kinds("flattened channels last"),
              ElementsAre("input", "conv2d", "flatten", "linear"));
  EXPECT_THAT(kinds("shape computed"),
              ElementsAre("input", "conv2d", "flatten", "linear", "softmax"));
  EXPECT_THAT(kinds("a hard shrink and a threshold by comparisons"),
              ElementsAre("input", "conv2d", "function", "function", "function"));
  EXPECT_THAT(kinds("a softplus that is the value itself far out, a soft shrink by signs"),
              ElementsAre("input", "conv2d", "function", "function", "function"));
  EXPECT_THAT(kinds("gelu by tanh written out"), ElementsAre("input", "conv2d", "function"));
  EXPECT_THAT(kinds("squeeze and excitation"),
              ElementsAre("input", "conv2d", "global_avg_pool2d", "conv2d", "relu", "conv2d",
                          "function", "gate"));
  EXPECT_THAT(kinds("mish, softsign, quick gelu written out"),
              ElementsAre("input", "conv2d", "function", "function", "function"));
  EXPECT_THAT(kinds("hardsigmoid, logsigmoid, inverse root written out"),
              ElementsAre("input", "conv2d", "function", "function", "function", "function"));
  for (const char* name :
       {"squeeze and excitation", "squeeze and excitation by a mean and an expanded gate",
        "squeeze and excitation by linear layers", "a gate of channels last"}) {
    const std::vector<std::string> all = kinds(name);
    EXPECT_EQ(std::ranges::count(all, "gate"), 1) << name;
    EXPECT_EQ(std::ranges::count(all, "mul"), 0) << name;
  }
  EXPECT_THAT(kinds("upsampling of the oldest"),
              ElementsAre("input", "conv2d", "upsample", "conv2d"));
  EXPECT_THAT(kinds("shuffled groups"), ElementsAre("input", "conv2d", "channel_shuffle", "conv2d",
                                                    "slice", "conv2d", "permute"));
  EXPECT_THAT(kinds("channels shuffled and split"),
              ElementsAre("input", "conv2d", "conv2d", "slice", "conv2d", "slice", "concat"));
  EXPECT_THAT(kinds("bounds"), ElementsAre("input", "conv2d", "clip", "clip"));
}

// Two channels of one branch go, of the other, behind padding, the one that is zero.
TEST(ImportPasses, RemoveDeadChannels) {
  const std::map<std::string, OnnxFile> networks = test::onnx_networks();
  const Imported imported = import_source(parsed(networks.at("dead channels")), {}, "net");
  std::vector<std::int64_t> channels;
  for (const graph::Node& node : imported.model().nodes) {
    if (std::holds_alternative<graph::Relu>(node.op)) channels.push_back(node.shape[0]);
  }
  EXPECT_THAT(channels, testing::ElementsAre(2, 3));
  EXPECT_THAT(report_text(imported, "net.onnx"),
              testing::HasSubstr("node 'dead' (Conv): 2 of 4 channels are constant"));
}

TEST(ImportPasses, EveryNodeOfTheFileHasALine) {
  for (const auto& [name, file] : test::onnx_networks()) {
    const Imported imported = import_source(parsed(file), {}, "net");
    const std::string text = report_text(imported, "net.onnx");
    for (const Record& record : imported.source.records)
      EXPECT_THAT(text, testing::HasSubstr(record.op)) << name;
    EXPECT_EQ(imported.lowered.made.size(), imported.source.records.size());
  }
}

}  // namespace
}  // namespace qfx::imports
