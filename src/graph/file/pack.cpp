#include "graph/file/pack.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::graph {
namespace {

constexpr const char* kGraphKey = "qfx_graph";

}  // namespace

const std::string& metadata(const store::Safetensors& file, const char* key,
                            const std::string& file_name) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    user_error("{}: its metadata has no '{}'; it is a safetensors file, but not one that QFX wrote",
               file_name, key);
  return found->second;
}

void put_graph(const store::Json& graph, store::Safetensors& file) {
  file.metadata[kGraphKey] = graph.dump();
}

store::Json graph_of(const store::Safetensors& file, const std::string& file_name) {
  return store::parse_json(metadata(file, kGraphKey, file_name), file_name + ": graph");
}
namespace {

std::string names_of(const auto& all) {
  std::vector<std::string> names;
  for (const auto value : all) names.emplace_back(to_string(value));
  return join(names, ", ");
}

}  // namespace

store::Json node_to_json(const std::string& name, const Op& op, const std::vector<NodeId>& inputs,
                         const Shape& shape) {
  store::Json json;
  json["name"] = name;
  json["op"] = file_name(op);
  json["attributes"] = attributes_to_json(op);
  json["inputs"] = inputs;
  json["shape"] = shape;
  return json;
}

store::Json task_to_json(const Task& task) {
  store::Json json;
  json["loss"] = std::string(to_string(task.loss));
  json["rebuilds_input"] = task.rebuilds_input;
  json["names"] = task.names;
  return json;
}

Task task_from_json(const store::JsonValue& json) {
  json.fields({"loss", "rebuilds_input", "names"});
  Task task;
  const std::string word = json["loss"].string();
  const auto loss = find_loss(word);
  if (!loss)
    json["loss"].fail(
        fmt::format("{} is no loss; allowed are {}", in_quotes(word), names_of(kLosses)));
  task.loss = *loss;
  task.rebuilds_input = json["rebuilds_input"].boolean();
  json["names"].each_element([&](store::JsonValue name) { task.names.push_back(name.string()); });
  return task;
}

std::vector<NodeId> outputs_from_json(const store::JsonValue& json) {
  std::vector<NodeId> outputs;
  json.each_element([&](store::JsonValue id) { outputs.push_back(id.small_integer()); });
  if (outputs.empty())
    json.fail("it is empty; leave it out where the last node is the only output");
  return outputs;
}

Role role_from_name(const std::string& name, const store::JsonValue& json) {
  if (const auto role = find_role(name)) return *role;
  json.fail(fmt::format("{} is no parameter of any kind; allowed are {}", in_quotes(name),
                        names_of(kRoles)));
}

Statistic statistic_from_json(const store::JsonValue& json) {
  const std::string name = json.string();
  if (const auto statistic = find_statistic(name)) return *statistic;
  json.fail(
      fmt::format("{} is no statistic; allowed are {}", in_quotes(name), names_of(kStatistics)));
}

const store::Tensor& TensorSource::take(const std::string& name, const Shape& shape) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) user_error("{} is missing", place(name));
  if (!taken_.insert(name).second) user_error("{} belongs to two nodes", place(name));
  if (found->second.shape != shape)
    user_error("{} has shape {}, its node says {}", place(name), to_string(found->second.shape),
               to_string(shape));
  return found->second;
}

std::string TensorSource::place(const std::string& name) const {
  return fmt::format("{}: tensor {}", file_name_, in_quotes(name));
}

void TensorSource::check_all_taken() const {
  for (const auto& [name, unused] : tensors_) {
    if (!taken_.contains(name)) user_error("{} belongs to no node", place(name));
  }
}

}  // namespace qfx::graph
