// A sum far beyond an activation of 8 bits: whatever the vectors' own saturation does on the way.
#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

// Every value of 16 bits, cast to 8 without a sign.
TEST(Saturation, OfEveryWordToABound) {
  graph::Builder builder("saturated");
  const graph::NodeId x = builder.input({1, 64, 1024}, {});
  builder.cast(x, "byte");
  graph::Model model = builder.finish();
  for (const int drop : {0, 1, 3}) {
    model.nodes[0].spec = {.width = 16, .is_signed = false};
    model.nodes[0].frac_bits = {0.0F};
    model.nodes[1].spec = {.width = 8, .is_signed = false, .rounding = fixed::Rounding::TRN};
    model.nodes[1].frac_bits = {static_cast<float>(-drop)};
    std::vector<std::int32_t> input(65536);
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::int32_t>(i);
    const Engine engine(graph::freeze(model), 1);
    const RawTensor output = engine.run(input, 1);
    int wrong = 0;
    for (std::int32_t value : input)
      wrong += output[static_cast<std::size_t>(value)] != std::min(value >> drop, 255);
    EXPECT_EQ(wrong, 0) << drop;
  }
}

// A convolution's sums that leave it as bytes.
TEST(Saturation, OfAConvolutionsSums) {
  graph::Builder builder("sums");
  graph::NodeId x = builder.input({2, 64, 512}, {});
  x = builder.conv2d(x, {.out_channels = 17, .kernel = {1, 1}}, "conv");
  builder.relu(x, "relu");
  graph::Model model = builder.finish();
  model.nodes[0].spec = {.width = 8, .is_signed = false};
  model.nodes[0].frac_bits = {0.0F};
  model.nodes[1].spec = {.width = 8, .is_signed = false, .rounding = fixed::Rounding::TRN};
  model.nodes[1].frac_bits = {0.0F};
  model.nodes[2].spec = model.nodes[1].spec;
  model.nodes[2].frac_bits = {0.0F};
  graph::Param& weight = model.nodes[1].params.at(graph::Role::Weight);
  weight.spec = {.width = 8};
  weight.frac_bits = {0.0F};
  std::fill(weight.values.begin(), weight.values.end(), 127.0F);
  // 127 * (a + b): all sums from 0 to 64,770 in steps of 127.
  std::vector<std::int32_t> input(2 * 32768);
  for (std::size_t i = 0; i < 32768; ++i) {
    const auto sum = static_cast<std::int32_t>(i % 511);
    input[i] = std::min(sum, 255);
    input[32768 + i] = sum - input[i];
  }
  const Engine engine(graph::freeze(model), 1);
  const RawTensor output = engine.run(input, 1);
  int wrong = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::size_t at = i % 32768;
    wrong += output[i] != std::min(127 * (input[at] + input[32768 + at]), 255);
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace qfx::runtime
