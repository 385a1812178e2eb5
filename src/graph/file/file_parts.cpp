#include "graph/file/file_parts.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::graph {
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

Role role_from_name(const std::string& name, const store::JsonValue& json) {
  if (const auto role = find_role(name)) return *role;
  json.fail(
      fmt::format("'{}' is no parameter of any kind; allowed are {}", name, names_of(kRoles)));
}

Statistic statistic_from_json(const store::JsonValue& json) {
  const std::string name = json.string();
  if (const auto statistic = find_statistic(name)) return *statistic;
  json.fail(fmt::format("'{}' is no statistic; allowed are {}", name, names_of(kStatistics)));
}

const store::Tensor& TensorSource::take(const std::string& name, const Shape& shape) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) user_error("{}: tensor '{}' is missing", what_, name);
  if (!taken_.insert(name).second) user_error("{}: tensor '{}' belongs to two nodes", what_, name);
  if (found->second.shape != shape)
    user_error("{}: tensor '{}' has shape {}, its node says {}", what_, name,
               to_string(found->second.shape), to_string(shape));
  return found->second;
}

void TensorSource::check_all_taken() const {
  for (const auto& [name, unused] : tensors_) {
    if (!taken_.contains(name)) user_error("{}: tensor '{}' belongs to no node", what_, name);
  }
}

}  // namespace qfx::graph
