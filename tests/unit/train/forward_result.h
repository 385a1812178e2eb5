// One pass of a fixed-point network forward and back, and what of it two roads or devices share.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "train/network/fixed_forward.h"
#include "train/network/network.h"

namespace qfx::train {

// What one forward and one backward pass of the fixed-point network leave, on the processor.
struct ForwardResult {
  at::Tensor output;
  std::map<std::string, at::Tensor> state, gradients;
  std::map<std::string, std::int64_t> overflows;
};

inline void add_gradient(ForwardResult& result, const std::string& name, const at::Tensor& leaf) {
  if (leaf.defined() && leaf.grad().defined()) result.gradients[name] = leaf.grad().clone();
}

struct ForwardSettings {
  bool batch_statistics = true;
  Road road = Road::Fused;
  at::Device device = at::kCPU;
};

// The loss is the sum of the outputs, each times a random number.
inline ForwardResult forward_result(const graph::Model& model, const at::Tensor& samples,
                                    const ForwardSettings& settings) {
  Network network(model);
  ForwardResult result;
  result.output = fixed_forward(
      network, samples.to(settings.device),
      {.batch_statistics = settings.batch_statistics, .count = true, .road = settings.road});
  EXPECT_EQ(result.output.device(), settings.device);
  at::manual_seed(7);
  const at::Tensor weight = at::randn(result.output.sizes(), result.output.scalar_type());
  if (result.output.requires_grad()) (result.output * weight.to(settings.device)).sum().backward();
  for (const auto& [name, tensor] : network.state()) {
    result.state[name] = tensor.detach().clone();
    add_gradient(result, name, tensor);
  }
  const auto note_overflows = [&](const Point& point, bool never_overflows) {
    // Also where no gradient reaches, as the input.
    if (never_overflows)
      EXPECT_EQ(point.count.values, 0) << point.tensor;
    else
      EXPECT_GT(point.count.values, 0) << point.tensor;
    result.overflows[point.tensor] = point.count.overflows;
  };
  for (const Layer& layer : network.layers()) {
    const graph::Op& op = network.node(layer.id).op;
    for (const auto& [role, parameter] : layer.params)
      note_overflows(parameter.point, graph::own_format(op, role).has_value());
    if (!graph::keeps_format(op)) note_overflows(layer.output, graph::own_format(op).has_value());
  }
  result.output = result.output.detach().cpu();
  return result;
}

inline void expect_equal(const std::map<std::string, at::Tensor>& a,
                         const std::map<std::string, at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_TRUE(tensor.equal(b.at(name))) << name;
  }
}

inline double largest_magnitude(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).abs().max().item<double>();
}

inline void expect_close(const std::map<std::string, at::Tensor>& a,
                         const std::map<std::string, at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  // The gradient of what a batch_norm subtracts again, a bias or another's beta, is nothing but the
  // rounding of the gradients that come to it.
  double largest = 1;
  for (const auto& [name, tensor] : a) largest = std::max(largest, largest_magnitude(tensor));
  for (const auto& [name, tensor] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    const double apart =
        largest_magnitude(tensor.to(at::kDouble) - b.at(name).to(at::kDouble));
    EXPECT_LE(apart, 2e-3 * largest_magnitude(tensor) + 1e-6 * largest)
        << name << "; the largest of all: " << largest;
  }
}

}  // namespace qfx::train
