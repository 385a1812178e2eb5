// A model in the shape of its file: tensors by name, the graph as JSON in the metadata. Unpacking
// trusts nothing, but leaves to verify() what verify() checks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/file/op_json.h"

#include "qfx/graph/graph.h"
#include "qfx/store/json.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {

// Not sealed yet.
store::Safetensors pack(const FrozenModel& model);
store::Safetensors pack(const Model& model);

// `file_name` names the file in errors.
FrozenModel unpack_frozen(const store::Safetensors& file, const std::string& file_name);
Model unpack_model(const store::Safetensors& file, const std::string& file_name);

// ---- shared by both states ----

// Raises UserError where a file has no metadata of that key.
const std::string& metadata(const store::Safetensors& file, const char* key,
                            const std::string& file_name);

void put_graph(const store::Json& graph, store::Safetensors& file);
store::Json graph_of(const store::Safetensors& file, const std::string& file_name);

// name, op, attributes, inputs, shape
store::Json node_to_json(const std::string& name, const Op& op, const std::vector<NodeId>& inputs,
                         const Shape& shape);

// Reads those into a Node or FrozenNode.
void node_from_json(const store::JsonValue& json, auto& node) {
  node.name = json["name"].string();
  node.op = op_from_json(json["op"], json["attributes"]);
  json["inputs"].each_element(
      [&](store::JsonValue id) { node.inputs.push_back(id.small_integer()); });
  node.shape = json["shape"].integers();
}

// A file has it where it is not the default.
store::Json task_to_json(const Task& task);
Task task_from_json(const store::JsonValue& json);

// A file has them where they are not the last node alone.
std::vector<NodeId> outputs_from_json(const store::JsonValue& json);

// The role or statistic that a file names; an error where the build knows none of that name.
Role role_from_name(const std::string& name, const store::JsonValue& json);
Statistic statistic_from_json(const store::JsonValue& json);

// Hands out tensors by name, each once.
class TensorSource {
 public:
  TensorSource(const std::map<std::string, store::Tensor>& tensors, const std::string& file_name)
      : tensors_(tensors), file_name_(file_name) {}
  // Raises UserError where there is no such tensor, it is taken, or its shape is another.
  const store::Tensor& take(const std::string& name, const Shape& shape);
  // "FILE: tensor 'NAME'", where messages about it begin.
  std::string place(const std::string& name) const;
  // Raises UserError where a tensor belongs to no node.
  void check_all_taken() const;

 private:
  const std::map<std::string, store::Tensor>& tensors_;
  const std::string& file_name_;
  std::set<std::string> taken_;
};

}  // namespace qfx::graph
