// A model taken apart into what a file holds: the graph as JSON and named tensors. Putting it
// together again trusts nothing, but leaves to verify() what verify() checks.
#pragma once

#include <map>
#include <string>

#include "qfx/store/json.h"
#include "graph/file/op_json.h"

#include "qfx/graph/graph.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {

struct Parts {
  store::Json graph;
  std::map<std::string, store::Tensor> tensors;
};

Parts to_parts(const FrozenModel& model);
Parts to_parts(const Model& model);

// `what` names the file in errors.
FrozenModel frozen_from_parts(const Parts& parts, const std::string& what);
Model model_from_parts(const Parts& parts, const std::string& what);

// ---- shared by both states ----

// name, op, attributes, inputs, shape
store::Json node_to_json(const std::string& name, const Op& op, const std::vector<NodeId>& inputs,
                  const Shape& shape);

// Reads those into a Node or FrozenNode.
void node_from_json(const store::JsonValue& json, auto& node) {
  node.name = json["name"].string();
  node.op = op_from_json(json["op"], json["attributes"]);
  json["inputs"].each_element([&](store::JsonValue id) { node.inputs.push_back(id.small_integer()); });
  node.shape = json["shape"].integers();
}

// The role or statistic that a file names; an error where the build knows none of that name.
Role role_from_name(const std::string& name, const store::JsonValue& json);
Statistic statistic_from_json(const store::JsonValue& json);

// Hands out tensors by name, each once.
class TensorSource {
 public:
  TensorSource(const std::map<std::string, store::Tensor>& tensors, const std::string& what)
      : tensors_(tensors), what_(what) {}
  // Raises UserError where there is no such tensor, it is taken, or its shape is another.
  const store::Tensor& take(const std::string& name, const Shape& shape);
  // Raises UserError where a tensor belongs to no node.
  void check_all_taken() const;

 private:
  const std::map<std::string, store::Tensor>& tensors_;
  const std::string& what_;
  std::set<std::string> taken_;
};

}  // namespace qfx::graph
