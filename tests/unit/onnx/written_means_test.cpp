// Means as convolutions by 1 / count: in single precision, in any order of the sum, every sum that a
// window can have gives the integer engine's mean.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/write_onnx.h"
#include "qfx/runtime/engine.h"

namespace qfx::imports {
namespace {

struct Mean {
  graph::Pair size;
  int in_width = 8;
  bool is_signed = false;
  int finer = 2;
  fixed::Rounding rounding = fixed::Rounding::RND;
};

graph::Analyzed network(const Mean& mean) {
  graph::Builder builder("net");
  builder.global_avg_pool2d(builder.input({1, mean.size[0], mean.size[1]}), "mean");
  graph::Model model = builder.finish();
  const auto spec = [&](graph::Node& node, int width) {
    node.spec.width = width;
    node.spec.int_bits = 4;
    node.spec.is_signed = mean.is_signed;
    node.spec.rounding = mean.rounding;
    node.spec.overflow = fixed::Overflow::SAT;
  };
  spec(model.nodes[0], mean.in_width);
  spec(model.nodes[1], mean.in_width + mean.finer);
  return graph::Analyzed(graph::freeze(model));
}

// Numbers that add up to `sum`, as different as can be.
std::vector<std::int32_t> spread(std::int64_t sum, std::int64_t count, std::int64_t least,
                                 std::int64_t most) {
  std::vector<std::int32_t> values;
  std::int64_t left = sum - count * least;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t more = std::min(left, most - least);
    values.push_back(static_cast<std::int32_t>(least + more));
    left -= more;
  }
  return values;
}

// Of the file's Conv and Quant what single precision makes of the values in this order.
double computed(const Source& source, const std::vector<std::int32_t>& values, double unit) {
  const auto find = [&](const char* op) {
    const auto at = std::ranges::find_if(source.nodes, [&](const Node& node) { return node.op == op; });
    EXPECT_NE(at, source.nodes.end()) << op;
    return at;
  };
  const Node& conv = *find("Conv");
  const Node& last = source.nodes.back();
  EXPECT_EQ(last.op, "Quant");
  const auto quantized = std::ranges::find_if(source.nodes, [&](const Node& node) {
    return std::ranges::find(node.outputs, conv.inputs[1]) != node.outputs.end();
  });
  const auto weight = static_cast<float>(source.constants.at(quantized->inputs[0]).reals[0]);
  float sum = 0;
  for (const std::int32_t value : values) sum += static_cast<float>(value * unit) * weight;
  if (conv.inputs.size() > 2) sum += static_cast<float>(source.constants.at(conv.inputs[2]).reals[0]);
  const double scale = source.constants.at(last.inputs[1]).reals[0];
  const auto steps = static_cast<float>(static_cast<double>(sum) / scale);
  return conv.inputs.size() > 2 ? std::floor(steps) : std::nearbyint(steps);
}

void expect_every_sum(const Mean& mean) {
  const graph::Analyzed model = network(mean);
  const Source source = parse_onnx(write_onnx(model, {}), {}, "'net.onnx'");
  const runtime::Engine engine(model, 1);
  const fixed::Format& in = model.model().input().format;
  const std::int64_t count = mean.size[0] * mean.size[1];
  const std::int64_t least = fixed::min_raw(in), most = fixed::max_raw(in);
  const double unit = std::ldexp(1.0, -in.frac_bits());
  for (std::int64_t sum = count * least; sum <= count * most; ++sum) {
    std::vector<std::int32_t> values = spread(sum, count, least, most);
    const std::int32_t wanted = engine.run(values, 1)[0];
    for (int order = 0; order < 2; ++order, std::ranges::reverse(values)) {
      const double got = std::min(computed(source, values, unit),
                                  static_cast<double>(fixed::max_raw(model.node(1).format)));
      ASSERT_EQ(got, wanted) << "sum " << sum << " of " << count << ", order " << order;
    }
  }
}

TEST(WrittenMean, IsTheEnginesForEverySumOfAWindow) {
  using enum fixed::Rounding;
  expect_every_sum({.size = {7, 7}});
  expect_every_sum({.size = {7, 7}, .rounding = RND_CONV});
  expect_every_sum({.size = {1, 3}, .in_width = 12, .is_signed = true, .finer = 4});
  expect_every_sum({.size = {5, 5}, .in_width = 9, .is_signed = true, .finer = 1, .rounding = RND_CONV});
  expect_every_sum({.size = {8, 8}, .in_width = 6});
  expect_every_sum({.size = {2, 4}, .in_width = 10, .is_signed = true, .finer = 1, .rounding = RND_CONV});
  expect_every_sum({.size = {15, 17}, .in_width = 4, .finer = 0});
}

// Beyond that it is a quotient, as before.
TEST(WrittenMean, IsAConvolutionOnlyWhereNoTieIsNear) {
  const auto has_conv = [](const Mean& mean, bool is_plain) {
    const Source source =
        parse_onnx(write_onnx(network(mean), {.plain = is_plain}), {}, "'net.onnx'");
    return std::ranges::any_of(source.nodes, [](const Node& node) { return node.op == "Conv"; });
  };
  EXPECT_TRUE(has_conv({.size = {7, 7}}, false));
  EXPECT_FALSE(has_conv({.size = {7, 7}}, true));
  EXPECT_FALSE(has_conv({.size = {6, 6}}, false));
  EXPECT_FALSE(has_conv({.size = {7, 7}, .in_width = 12}, false));
  EXPECT_FALSE(has_conv({.size = {7, 7}, .rounding = fixed::Rounding::TRN}, false));
  EXPECT_TRUE(has_conv({.size = {8, 8}, .rounding = fixed::Rounding::TRN}, false));
}

}  // namespace
}  // namespace qfx::imports
