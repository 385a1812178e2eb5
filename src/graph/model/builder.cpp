#include "qfx/graph/builder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "graph/model/node_error.h"

#include "qfx/graph/infer_shape.h"
#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/own_format.h"
#include "qfx/graph/signs.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

// Uniform in (0, 1], and normal by Box and Muller: the standard's distributions differ between
// libraries.
double uniform(std::mt19937_64& generator) {
  return static_cast<double>((generator() >> 11) + 1) * 0x1p-53;
}

double normal(std::mt19937_64& generator) {
  const double radius = std::sqrt(-2 * std::log(uniform(generator)));
  return radius * std::cos(2 * std::numbers::pi * uniform(generator));
}

// He et al., arXiv 1502.01852: variance 2 / fan-in, fan-in the products summed into one output.
std::vector<float> he_normal(const Shape& shape, std::mt19937_64& generator) {
  const std::int64_t count = element_count(shape);
  const double deviation = std::sqrt(2.0 / static_cast<double>(count / shape[0]));
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(deviation * normal(generator));
  return values;
}

// As torch's layers begin: all kinds of slopes at 0.25, scales at 1, what is added at 0. Thresholds
// of a fractional convolution at FracBNN's -1, which is -3 thirds.
float initial_value(Role role) {
  switch (role) {
    case Role::Slope:
      return 0.25F;
    case Role::Scale:
      return 1;
    case Role::Threshold:
      return -3;
    case Role::Bias:
    case Role::Offset:
    case Role::Table:
    case Role::Weight:
      return 0;
  }
  internal_error("unknown role {}", static_cast<int>(role));
}

std::vector<float> initial_values(Role role, const Shape& shape, std::mt19937_64& generator) {
  if (role == Role::Weight) return he_normal(shape, generator);
  return std::vector<float>(element_count(shape), initial_value(role));
}

std::string unique_name(const std::vector<Node>& nodes, std::string_view kind) {
  std::set<std::string> taken;
  for (const Node& node : nodes) taken.insert(node.name);
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}_{}", kind, i);
    if (!taken.contains(name)) return name;
  }
}

}  // namespace

Builder::Builder(std::string model_name, std::uint64_t seed) : generator_(seed) {
  model_.name = std::move(model_name);
}

NodeId Builder::input(Shape shape, Preprocess preprocess, std::string name) {
  return append(Input{std::move(shape), std::move(preprocess)}, {}, std::move(name));
}

NodeId Builder::append(Op op, std::vector<NodeId> inputs, std::string name) {
  const auto id = static_cast<NodeId>(model_.nodes.size());
  Node node{.name = name.empty() ? unique_name(model_.nodes, kind_name(op)) : std::move(name),
            .op = std::move(op),
            .inputs = std::move(inputs),
            .shape = {},
            .spec = {},
            .frac_bits = {},
            .params = {},
            .statistics = {}};
  for (NodeId input : node.inputs) {
    if (input < 0 || input >= id)
      node_error(node, "it reads node {}; so far there are nodes 0 to {}", input, id - 1);
  }
  const std::vector<Shape> shapes = input_shapes(model_.nodes, node);
  node.shape = infer_shape(node.op, shapes, node.name);
  for (const auto& [role, shape] : param_shapes(node.op, shapes)) {
    Param& param = node.params[role];
    param.shape = shape;
    if (!derives_params(node.op)) param.values = initial_values(role, shape, generator_);
    if (const auto format = own_format(node.op, role)) param.spec = own_spec(*format);
  }
  if (const auto format = own_format(node.op)) node.spec = own_spec(*format);
  if (std::holds_alternative<BatchNorm>(node.op)) {
    const auto channels = static_cast<std::size_t>(node.shape[0]);
    node.statistics[Statistic::Gamma].assign(channels, 1.0f);
    node.statistics[Statistic::Beta].assign(channels, 0.0f);
    node.statistics[Statistic::RunningMean].assign(channels, 0.0f);
    node.statistics[Statistic::RunningVar].assign(channels, 1.0f);
  }
  model_.nodes.push_back(std::move(node));
  return id;
}

NodeId Builder::cast(NodeId x, std::string name) {
  return append(Cast{}, {x}, std::move(name));
}

NodeId Builder::conv2d(NodeId x, Conv2d attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::linear(NodeId x, Linear attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::batch_norm(NodeId x, BatchNorm attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::relu(NodeId x, std::string name) {
  return append(Relu{}, {x}, std::move(name));
}

NodeId Builder::clip(NodeId x, Clip bounds, std::string name) {
  return append(bounds, {x}, std::move(name));
}

NodeId Builder::prelu(NodeId x, Prelu attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::leaky_relu(NodeId x, LeakyRelu attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::affine(NodeId x, Affine attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::quant_sign(NodeId x, QuantSign attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::thermometer(NodeId x, Thermometer attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::fractional_conv2d(NodeId x, FractionalConv2d attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::offset(NodeId x, std::string name) {
  return append(Offset{}, {x}, std::move(name));
}

NodeId Builder::max_pool2d(NodeId x, MaxPool2d attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::avg_pool2d(NodeId x, AvgPool2d attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

NodeId Builder::global_avg_pool2d(NodeId x, std::string name) {
  return append(GlobalAvgPool2d{}, {x}, std::move(name));
}

NodeId Builder::add(NodeId a, NodeId b, std::string name) {
  return append(Add{}, {a, b}, std::move(name));
}

NodeId Builder::sub(NodeId a, NodeId b, std::string name) {
  return append(Sub{}, {a, b}, std::move(name));
}

NodeId Builder::mul(NodeId a, NodeId b, std::string name) {
  return append(Mul{}, {a, b}, std::move(name));
}

NodeId Builder::concat(std::vector<NodeId> inputs, std::string name) {
  return append(Concat{}, std::move(inputs), std::move(name));
}

NodeId Builder::flatten(NodeId x, std::string name) {
  return append(Flatten{}, {x}, std::move(name));
}

NodeId Builder::unsqueeze(NodeId x, std::string name) {
  return append(Unsqueeze{}, {x}, std::move(name));
}

NodeId Builder::function(NodeId x, FunctionName function, std::string name) {
  return append(Function{function}, {x}, std::move(name));
}

NodeId Builder::softmax(NodeId x, Softmax attributes, std::string name) {
  return append(attributes, {x}, std::move(name));
}

void Builder::fill(NodeId id, Role role, float value) {
  QFX_ASSERT(id >= 0 && id < std::ssize(model_.nodes));
  std::ranges::fill(model_.nodes[id].params.at(role).values, value);
}

const Shape& Builder::shape(NodeId id) const {
  if (id < 0 || id >= std::ssize(model_.nodes))
    user_error("model '{}' has no node {}; so far there are nodes 0 to {}", model_.name, id,
               std::ssize(model_.nodes) - 1);
  return model_.nodes[id].shape;
}

Model Builder::finish(std::vector<NodeId> outputs) {
  set_outputs(model_, std::move(outputs));
  infer_signs(model_);
  verify(model_);
  return model_;
}

}  // namespace qfx::graph
