// Builds a trainable Model node by node: shapes inferred, parameters initialised, names made
// unique.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Every method appends one node and returns its id. `name` may be empty: then kind + counter
// ("conv2d_1"). Raises UserError at once where shapes do not fit. Specs are left at their defaults
// (8 bits, RND, SAT, learned); apply_specs in frontends or direct assignment sets them.
class Builder {
 public:
  explicit Builder(std::string model_name, std::uint64_t seed = 1);

  NodeId input(Shape shape, Preprocess preprocess = {}, std::string name = "input");
  NodeId append(Op op, std::vector<NodeId> inputs, std::string name = "");

  NodeId cast(NodeId x, std::string name = "");
  NodeId conv2d(NodeId x, Conv2d attributes, std::string name = "");
  NodeId linear(NodeId x, Linear attributes, std::string name = "");
  NodeId batch_norm(NodeId x, BatchNorm attributes = {}, std::string name = "");
  NodeId relu(NodeId x, std::string name = "");
  NodeId clip(NodeId x, Clip bounds, std::string name = "");
  NodeId prelu(NodeId x, Prelu attributes = {}, std::string name = "");
  NodeId leaky_relu(NodeId x, LeakyRelu attributes = {}, std::string name = "");
  NodeId affine(NodeId x, Affine attributes = {}, std::string name = "");
  NodeId quant_sign(NodeId x, QuantSign attributes = {}, std::string name = "");
  NodeId thermometer(NodeId x, Thermometer attributes, std::string name = "");
  NodeId fractional_conv2d(NodeId x, FractionalConv2d attributes, std::string name = "");
  NodeId offset(NodeId x, std::string name = "");
  NodeId max_pool2d(NodeId x, MaxPool2d attributes, std::string name = "");
  NodeId avg_pool2d(NodeId x, AvgPool2d attributes, std::string name = "");
  NodeId global_avg_pool2d(NodeId x, std::string name = "");
  NodeId add(NodeId a, NodeId b, std::string name = "");
  NodeId sub(NodeId a, NodeId b, std::string name = "");
  NodeId mul(NodeId a, NodeId b, std::string name = "");
  NodeId concat(std::vector<NodeId> inputs, std::string name = "");
  NodeId flatten(NodeId x, std::string name = "");
  NodeId function(NodeId x, FunctionName function, std::string name = "");
  NodeId softmax(NodeId x, Softmax attributes = {}, std::string name = "");
  NodeId unsqueeze(NodeId x, std::string name = "");

  // Gives a parameter of a node this value throughout, in place of the initial ones.
  void fill(NodeId id, Role role, float value);

  const Shape& shape(NodeId id) const;

  // The verified model; its outputs are these nodes, or the last one where none is named.
  // Activations that cannot be negative are unsigned (signs.h).
  Model finish(std::vector<NodeId> outputs = {});

 private:
  Model model_;
  std::mt19937_64 generator_;
};

}  // namespace qfx::graph
