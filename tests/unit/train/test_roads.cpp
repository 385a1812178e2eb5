// Fused, node by node and in torch's plain operators: one meaning, bit for bit.
#include <algorithm>
#include <gtest/gtest.h>

#include "support/random_model.h"
#include "train/fixed_forward.h"
#include "train/samples.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kBatch = 4;

struct Result {
  at::Tensor output;
  std::map<std::string, at::Tensor> state, gradients;
  std::map<std::string, std::int64_t> overflows;
};

void add_gradient(Result& result, const std::string& name, const at::Tensor& leaf) {
  if (leaf.defined() && leaf.grad().defined()) result.gradients[name] = leaf.grad().clone();
}

Result run(const graph::Model& model, const at::Tensor& samples, bool batch_statistics, Road road) {
  Network network(model);
  Result result;
  result.output = fixed_forward(
      network, samples, {.batch_statistics = batch_statistics, .count = true, .road = road});
  at::manual_seed(7);
  if (result.output.requires_grad())
    (result.output * at::randn(result.output.sizes(), result.output.scalar_type()))
        .sum()
        .backward();
  for (const auto& [name, tensor] : network.state()) {
    result.state[name] = tensor.detach().clone();
    add_gradient(result, name, tensor);
  }
  for (const Point* point : network.points()) {
    // Also where no gradient reaches, as the input.
    EXPECT_GT(point->count.values, 0) << point->tensor;
    result.overflows[point->tensor] = point->count.overflows;
  }
  result.output = result.output.detach();
  return result;
}

void expect_equal(const std::map<std::string, at::Tensor>& a,
                  const std::map<std::string, at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_TRUE(tensor.equal(b.at(name))) << name;
  }
}

void expect_close(const std::map<std::string, at::Tensor>& a,
                  const std::map<std::string, at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    const at::Tensor wide = tensor.to(at::kDouble), other = b.at(name).to(at::kDouble);
    const double scale = 1e-30 + wide.abs().max().item<double>();
    EXPECT_LE((wide - other).abs().max().item<double>(), 2e-3 * scale) << name;
  }
}

// A tensor that three or more read gets their gradients in an order that depends on how many torch
// nodes lie between; two have no order.
bool has_an_order_of_gradients(const graph::Model& model) {
  std::vector<int> readers(model.nodes.size());
  for (const graph::Node& node : model.nodes) {
    for (const graph::NodeId from : node.inputs) ++readers[static_cast<std::size_t>(from)];
  }
  return std::any_of(readers.begin(), readers.end(), [](int count) { return count > 2; });
}

TEST(Roads, GiveTheSameBits) {
  int compared = 0, with_gradients = 0, to_the_bit = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Model model = test::random_model(seed);
    const at::Tensor samples =
        preprocessed(model, test::random_samples(model, seed, kBatch), kBatch);
    for (const bool batch_statistics : {true, false}) {
      Result fused;
      try {
        fused = run(model, samples, batch_statistics, Road::Fused);
      } catch (const UserError&) {
        continue;  // no carrier
      }
      const Result nodes = run(model, samples, batch_statistics, Road::NodeByNode);
      const Result operators = run(model, samples, batch_statistics, Road::Operators);
      ++compared;
      with_gradients += !fused.gradients.empty();
      EXPECT_TRUE(fused.output.equal(nodes.output));
      expect_equal(fused.state, nodes.state);
      if (has_an_order_of_gradients(model)) {
        expect_close(fused.gradients, nodes.gradients);
      } else {
        expect_equal(fused.gradients, nodes.gradients);
        ++to_the_bit;
      }
      EXPECT_EQ(fused.overflows, nodes.overflows);

      EXPECT_TRUE(fused.output.equal(operators.output));
      expect_equal(fused.state, operators.state);
      EXPECT_EQ(fused.overflows, operators.overflows);
      expect_close(fused.gradients, operators.gradients);
    }
  }
  EXPECT_GT(compared, 100);
  EXPECT_GT(with_gradients, 100);
  EXPECT_GT(to_the_bit, 60);
}

}  // namespace
}  // namespace qfx::train
