// The engine's contract beyond its bits, which tests/random/runtime judges.
#include "qfx/runtime/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::runtime {
namespace {

using test::user_error_of;
using testing::HasSubstr;

// Every tensor gets `width` bits of which 2 are integer bits.
graph::FrozenModel freeze_all(graph::Model model, int width) {
  for (graph::Node& node : model.nodes) {
    node.spec.width = width;
    node.spec.int_bits = 2;
    for (auto& [name, param] : node.params) {
      param.spec.width = width;
      param.spec.int_bits = 2;
    }
  }
  return graph::freeze(model);
}

graph::FrozenModel small_model(int width) {
  graph::Builder builder("small");
  graph::NodeId x = builder.input({2, 6, 6}, {});
  x = builder.relu(builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}}, "conv"));
  builder.linear(builder.flatten(builder.max_pool2d(x, {})), {.out_features = 5}, "fc");
  return freeze_all(builder.finish(), width);
}

std::vector<std::int32_t> ramp(std::int64_t count, std::int32_t modulus) {
  std::vector<std::int32_t> values(count);
  for (std::int64_t i = 0; i < count; ++i) values[i] = static_cast<std::int32_t>(i % modulus);
  return values;
}

TEST(Engine, ChoosesTheKernelByProof) {
  EXPECT_THAT(Engine(small_model(8), 1).kernel_name(1), testing::EndsWith(" -> int32, 17 bits"));
  EXPECT_THAT(Engine(small_model(16), 1).kernel_name(1), HasSubstr("int32 x int32 -> int64, "));
  EXPECT_EQ(Engine(small_model(8), 1).kernel_name(0), "input");
  EXPECT_THAT(user_error_of([] { Engine(small_model(8), 1).kernel_name(17); }),
              HasSubstr("node 17 does not exist"));
}

TEST(Engine, RefusesInputsItCannotTrust) {
  const Engine engine(small_model(8), 1);
  EXPECT_THAT(user_error_of([&] { engine.run(ramp(71, 8), 1); }),
              HasSubstr("71 input values for a batch of 1"));
  EXPECT_THAT(user_error_of([&] { engine.run(ramp(72, 8), -1); }), HasSubstr("batch of -1"));
  std::vector<std::int32_t> input = ramp(72, 8);
  input[5] = 256;
  EXPECT_THAT(user_error_of([&] { engine.run(input, 1); }),
              HasSubstr("raw input value 256 at index 5 is outside"));
  input[5] = -1;
  EXPECT_THAT(user_error_of([&] { engine.run_all(input, 1); }), HasSubstr("holds 0 to 255"));
}

TEST(Engine, AnEmptyBatchGivesNothing) {
  EXPECT_TRUE(Engine(small_model(8), 2).run({}, 0).empty());
}

TEST(Engine, BatchAndThreadsDoNotChangeTheBits) {
  const graph::FrozenModel model = small_model(8);
  const std::vector<std::int32_t> input = ramp(72 * 37, 251);
  const Engine one(model, 1);
  const RawTensor expected = one.run(input, 37);
  EXPECT_EQ(std::set<std::int32_t>(expected.begin(), expected.end()).size() > 10, true);
  for (const int threads : {2, 3, 5})
    EXPECT_EQ(Engine(model, threads).run(input, 37), expected) << threads;
  RawTensor singly;
  for (std::int64_t image = 0; image < 37; ++image) {
    const RawTensor row = one.run(std::span(input).subspan(image * 72, 72), 1);
    singly.insert(singly.end(), row.begin(), row.end());
  }
  EXPECT_EQ(singly, expected);
  EXPECT_EQ(one.run_all(input, 37).back(), expected);
}

TEST(Engine, MovesAndRunsOn) {
  Engine first(small_model(8), 2);
  const std::vector<std::int32_t> input = ramp(72, 8);
  const RawTensor expected = first.run(input, 1);
  Engine second = std::move(first);
  EXPECT_EQ(second.run(input, 1), expected);
}

}  // namespace
}  // namespace qfx::runtime
