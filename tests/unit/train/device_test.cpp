// Networks on another device than the processor: the same bits, and no pointer that crosses.
#include <cmath>
#include <gtest/gtest.h>
#include <set>

#include "forward_result.h"
#include "support/random_model.h"
#include "support/torch_test_device.h"
#include "train/network/float_forward.h"
#include "train/samples/samples.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kDeviceBatch = 4;
const at::Device kDevice(std::string(test::kTestDevice) + ":0");

TEST(TestDevice, IsOutOfReachOfThePointersItGives) {
  const at::Tensor near = at::tensor({1.5F, -2.0F});
  const at::Tensor far = near.to(kDevice);
  EXPECT_EQ(far.device(), kDevice);
  EXPECT_EQ((far + far).device(), kDevice);
  EXPECT_TRUE((far + far).cpu().equal(near + near));
  EXPECT_DEATH(
      {
        volatile float value = *far.data_ptr<float>();
        static_cast<void>(value);
      },
      "");
  EXPECT_EQ(*static_cast<float*>(test::reachable(far.data_ptr())), 1.5F);
}

TEST(TestDevice, KeepsTheOrderOfMemory) {
  const at::Tensor images = at::randn({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor far = images.to(kDevice);
  EXPECT_EQ(far.strides(), images.strides());
  EXPECT_EQ((far * 2).strides(), images.strides());
  EXPECT_EQ(far.cpu().strides(), images.strides());
  EXPECT_TRUE(far.transpose(1, 2).cpu().equal(images.transpose(1, 2)));
}

TEST(Device, GivesTheProcessorsBits) {
  int compared = 0, with_gradients = 0, k_hot = 0;
  std::set<std::size_t> kinds;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kDeviceBatch), kDeviceBatch);
    for (const bool batch_statistics : {true, false}) {
      ForwardResult here;
      try {
        here = forward_result(model, samples, {batch_statistics, Road::Fused});
      } catch (const UserError&) {
        continue;  // no carrier
      }
      const ForwardResult there =
          forward_result(model, samples, {batch_statistics, Road::Fused, kDevice});
      EXPECT_TRUE(here.output.equal(there.output));
      expect_equal(here.state, there.state);
      EXPECT_EQ(here.overflows, there.overflows);
      expect_close(here.gradients, there.gradients);
      ++compared;
      with_gradients += !here.gradients.empty();
      for (const graph::Node& node : model.nodes) {
        kinds.insert(node.op.index());
        for (const auto& [name, param] : node.params) k_hot += param.spec.k_hot > 0;
      }
    }
  }
  EXPECT_GT(compared, 160);
  EXPECT_GT(with_gradients, 160);
  EXPECT_GT(k_hot, 40);
  EXPECT_EQ(kinds.size(), std::variant_size_v<graph::Op>);
}

// A judgement of the test set: no gradient, and overflows counted at once.
TEST(Device, CountsOverflowsWithoutABackwardPass) {
  const at::NoGradGuard no_grad;
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kDeviceBatch), kDeviceBatch);
    ForwardResult here;
    try {
      here = forward_result(model, samples, {.batch_statistics = false});
    } catch (const UserError&) {
      continue;  // no carrier
    }
    const ForwardResult there =
        forward_result(model, samples, {.batch_statistics = false, .device = kDevice});
    EXPECT_TRUE(here.output.equal(there.output));
    EXPECT_EQ(here.overflows, there.overflows);
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

// Beside the processor's plain operators: its integer convolutions know no NaN.
TEST(Device, ANanIsANanThereToo) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kDeviceBatch), kDeviceBatch);
    samples.flatten()[0] = std::nan("");
    ForwardResult here;
    try {
      here = forward_result(model, samples, {false, Road::Operators});
    } catch (const UserError&) {
      continue;  // no carrier
    }
    const ForwardResult there =
        forward_result(model, samples, {.batch_statistics = false, .device = kDevice});
    EXPECT_TRUE(at::isnan(here.output).equal(at::isnan(there.output)));
    EXPECT_TRUE(at::nan_to_num(here.output).equal(at::nan_to_num(there.output)));
    EXPECT_EQ(here.overflows, there.overflows);
    compared += at::isnan(here.output).any().item<bool>();
  }
  EXPECT_GT(compared, 5);
}

// Tensors left in floating point take plain arithmetic between the casts.
TEST(Device, TakesTensorsLeftInFloatingPoint) {
  int compared = 0, close = 0, batch_norms = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    graph::Model model = test::random_model(seed, {.max_width = 12});
    std::size_t place = seed;
    for (graph::Node& node : model.nodes) {
      if (graph::keeps_format(node.op)) continue;
      if (++place % 3 == 0 && node.op.index() != 0)
        node.spec.is_float = !graph::own_format(node.op);
      for (auto& [role, param] : node.params)
        param.spec.is_float = ++place % 4 == 0 && !graph::own_format(node.op, role);
      batch_norms += std::holds_alternative<graph::BatchNorm>(node.op) && node.spec.is_float;
    }
    const at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kDeviceBatch), kDeviceBatch);
    const auto result_of = [&](at::Device device) {
      Network network(model);
      ForwardResult result;
      const at::Tensor output =
          fixed_forward(network, samples.to(device), {.batch_statistics = true});
      if (output.requires_grad()) output.sum().backward();
      result.output = output.detach().cpu();
      for (const auto& [name, tensor] : network.state()) add_gradient(result, name, tensor);
      return result;
    };
    const ForwardResult here = result_of(at::kCPU), there = result_of(kDevice);
    EXPECT_EQ(here.gradients.size(), there.gradients.size());
    // Sums of floats have an order; where they reach a cast, a step may lie between them.
    const double scale = 1e-30 + here.output.abs().max().item<double>();
    close += (here.output - there.output).abs().max().item<double>() <= 1e-4 * scale;
    ++compared;
  }
  EXPECT_GT(batch_norms, 5);
  EXPECT_GE(close, compared - 5);
}

TEST(Device, TheFloatPhaseFollowsTheProcessors) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kDeviceBatch), kDeviceBatch);
    const auto result_of = [&](at::Device device, bool training) {
      Network network(model);
      ForwardResult result;
      const at::Tensor output = float_forward(network, samples.to(device), training);
      EXPECT_EQ(output.device(), device);
      at::manual_seed(7);
      const at::Tensor weight = at::randn(output.sizes());
      if (output.requires_grad()) (output * weight.to(device)).sum().backward();
      result.output = output.detach().cpu();
      for (const auto& [name, tensor] : network.state()) {
        result.state[name] = tensor.detach().clone();
        add_gradient(result, name, tensor);
      }
      return result;
    };
    for (const bool training : {true, false}) {
      const ForwardResult here = result_of(at::kCPU, training),
                          there = result_of(kDevice, training);
      if (!at::isfinite(here.output).all().item<bool>()) continue;
      expect_close({{"output", here.output}}, {{"output", there.output}});
      expect_close(here.state, there.state);
      expect_close(here.gradients, there.gradients);
      ++compared;
    }
  }
  EXPECT_GT(compared, 40);
}

}  // namespace
}  // namespace qfx::train
