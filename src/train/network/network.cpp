#include "train/network/network.h"

#include "train/tensors/values.h"

#include "qfx/base/error.h"
#include "qfx/graph/links.h"
#include "qfx/graph/verify.h"

namespace qfx::train {
namespace {

constexpr int kFloat32Width = 24;

at::Tensor leaf(const std::vector<float>& values, const graph::Shape& shape) {
  return float_tensor(values).reshape(shape).clone().set_requires_grad(true);
}

// Of a kind whose weights are binary.
std::optional<double> clip_range_of(const graph::Op& op, graph::Role role) {
  if (!graph::own_format(op, role)) return std::nullopt;
  return std::visit(
      [](const auto& kind) -> std::optional<double> {
        if constexpr (requires { kind.clip_range; }) return kind.clip_range;
        return std::nullopt;
      },
      op);
}

// A point as the graph gives it: its value, or what int_bits says, or not yet set.
Point make_point(const std::string& tensor, const graph::QuantSpec& spec,
                 const std::vector<float>& frac_bits, std::int64_t channels) {
  Point point;
  point.tensor = tensor;
  point.spec = spec;
  point.channels = spec.granularity == graph::Granularity::PerChannel ? channels : 1;
  if (!frac_bits.empty()) {
    point.set(frac_bits);
  } else if (spec.int_bits && !spec.is_float) {
    point.set({spec.middle_of(spec.width - *spec.int_bits)});
  }
  return point;
}

}  // namespace

Network::Network(graph::Model model) : model_(std::move(model)) {
  graph::verify(model_);
  layers_.resize(model_.nodes.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const graph::Node& node = model_.nodes[i];
    Layer& layer = layers_[i];
    layer.id = static_cast<graph::NodeId>(i);
    layer.output = make_point(node.name, node.spec, node.frac_bits, 1);
    for (const auto& [role, param] : node.params) {
      Parameter& p = layer.params[role];
      if (!param.values.empty()) p.value = leaf(param.values, param.shape);
      p.point =
          make_point(tensor_name(node.name, role), param.spec, param.frac_bits, param.shape[0]);
      p.clip_range = clip_range_of(node.op, role);
    }
    if (std::holds_alternative<graph::BatchNorm>(node.op)) {
      const auto channels = graph::Shape{node.shape[0]};
      layer.gamma = leaf(node.statistics.at(graph::Statistic::Gamma), channels);
      layer.beta = leaf(node.statistics.at(graph::Statistic::Beta), channels);
      layer.running_mean = float_tensor(node.statistics.at(graph::Statistic::RunningMean));
      layer.running_var = float_tensor(node.statistics.at(graph::Statistic::RunningVar));
    }
  }
  for (const Point* point : points()) {
    if (point->casts() && point->spec.width > kFloat32Width) carrier_type_ = at::kDouble;
  }
}

Point& Network::output_point(graph::NodeId id) {
  return layers_[graph::format_source(model_.nodes, id)].output;
}

const graph::Model& Network::updated_model() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    graph::Node& node = model_.nodes[i];
    Layer& layer = layers_[i];
    const Point& point = output_point(layer.id);
    node.frac_bits = point.values();
    for (auto& [role, param] : node.params) {
      const Parameter& p = layer.params.at(role);
      if (p.value.defined()) param.values = floats(p.value);
      param.frac_bits = p.point.values();
    }
    if (layer.gamma.defined()) {
      node.statistics[graph::Statistic::Gamma] = floats(layer.gamma);
      node.statistics[graph::Statistic::Beta] = floats(layer.beta);
      node.statistics[graph::Statistic::RunningMean] = floats(layer.running_mean);
      node.statistics[graph::Statistic::RunningVar] = floats(layer.running_var);
    }
  }
  return model_;
}

std::vector<Point*> Network::points() {
  std::vector<Point*> all;
  for (Layer& layer : layers_) {
    for (auto& [role, param] : layer.params) all.push_back(&param.point);
    if (!graph::keeps_format(node(layer.id).op)) all.push_back(&layer.output);
  }
  return all;
}

std::map<std::string, at::Tensor> Network::state() const {
  std::map<std::string, at::Tensor> all;
  const auto put = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.defined()) all[name] = tensor;
  };
  for (const Layer& layer : layers_) {
    const std::string& name = node(layer.id).name;
    for (const auto& [role, param] : layer.params) {
      const std::string tensor = tensor_name(name, role);
      put(tensor, param.value);
      put(tensor + ".frac_bits", param.point.f);
    }
    put(tensor_name(name, graph::Statistic::Gamma), layer.gamma);
    put(tensor_name(name, graph::Statistic::Beta), layer.beta);
    put(tensor_name(name, graph::Statistic::RunningMean), layer.running_mean);
    put(tensor_name(name, graph::Statistic::RunningVar), layer.running_var);
    if (!graph::keeps_format(node(layer.id).op)) put(name + ".frac_bits", layer.output.f);
  }
  return all;
}

std::map<std::string, std::vector<float>> Network::values() const {
  std::map<std::string, std::vector<float>> all;
  for (const auto& [name, tensor] : state()) all[name] = floats(tensor);
  return all;
}

void Network::load_state(const std::map<std::string, std::vector<float>>& values,
                         const std::string& where) {
  for (Point* point : points()) {
    const auto found = values.find(point->tensor + ".frac_bits");
    if (found == values.end()) continue;
    if (static_cast<std::int64_t>(found->second.size()) != point->channels) {
      user_error(
          "{}: tensor '{}' has {} binary points, this network has {}; it is of another network",
          where, point->tensor, found->second.size(), point->channels);
    }
    point->set(found->second);
  }
  for (auto& [name, tensor] : state()) {
    const auto found = values.find(name);
    if (found == values.end()) {
      if (name.ends_with(".frac_bits")) continue;
      user_error("{}: tensor '{}' is missing; it is of another network", where, name);
    }
    if (static_cast<std::int64_t>(found->second.size()) != tensor.numel()) {
      user_error("{}: tensor '{}' has {} values, this network needs {}; it is of another network",
                 where, name, found->second.size(), tensor.numel());
    }
    std::copy(found->second.begin(), found->second.end(), tensor.data_ptr<float>());
  }
}

}  // namespace qfx::train
