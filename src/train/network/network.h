// A trainable graph in torch form: leaf tensors for what is learned, beside the graph that it came
// from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "train/network/point.h"

#include "qfx/graph/graph.h"
#include "qfx/steps/exactness.h"
#include "qfx/steps/lookup.h"

namespace qfx::train {

struct Parameter {
  at::Tensor value;  // float32 leaf; undefined where it is derived (graph::derives_params)
  Point point;
  std::optional<double> clip_range;  // of binary weights, which count as +1 and -1
};

struct Layer {
  graph::NodeId id = 0;
  Point output;                          // unused where the node keeps its input's format
  graph::ByRole<Parameter> params;       // as the graph has them
  at::Tensor gamma, beta;                // batch_norm: float32 leaves
  at::Tensor running_mean, running_var;  // batch_norm: float32
  // What the last fixed forward proved; conv2d and linear only.
  bool has_carrier = false;
  steps::Carrier carrier = steps::Carrier::Float32;
  int accumulator_width = 0;
  // function and softmax: the table of the last fixed forward, which is remade when a point moved.
  steps::LookupPtr lookup;
};

class Network {
 public:
  explicit Network(graph::Model model);  // verified
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  const graph::Node& node(graph::NodeId id) const { return model_.nodes[id]; }
  const std::vector<graph::Node>& nodes() const { return model_.nodes; }
  // Nodes, outputs and task; the values in it may be older than those of the layers.
  const graph::Model& structure() const { return model_; }
  std::vector<Layer>& layers() { return layers_; }
  const std::vector<Layer>& layers() const { return layers_; }
  int size() const { return static_cast<int>(layers_.size()); }

  // Where a node's values live: its input's point where it keeps the format.
  Point& output_point(graph::NodeId id);

  // The type that carries every tensor: float64 once one of them is wider than 24 bits.
  at::ScalarType carrier_type() const { return carrier_type_; }

  const graph::Input& input() const { return std::get<graph::Input>(model_.nodes[0].op); }

  // The graph with the values that the tensors now have: copies every one of them.
  const graph::Model& updated_model();

  // Every point in graph order: parameters before the output of their node. A node that keeps its
  // input's format has none.
  std::vector<Point*> points();

  // Every tensor by name: "conv1.weight", "bn1.gamma", "bn1.running_mean", "conv1.frac_bits" (its
  // output's point), "conv1.weight.frac_bits". Points that are not set are left out.
  std::map<std::string, at::Tensor> state() const;
  // Their values.
  std::map<std::string, std::vector<float>> values() const;
  // Gives the tensors these values; shapes must match. Raises UserError, saying `where`, for a
  // tensor that is missing or does not fit. A point that `values` lacks stays as it is.
  void load_state(const std::map<std::string, std::vector<float>>& values,
                  const std::string& where);

 private:
  graph::Model model_;
  std::vector<Layer> layers_;
  at::ScalarType carrier_type_ = at::kFloat;
};

}  // namespace qfx::train
