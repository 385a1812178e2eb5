#include "runtime/group.h"

#include <variant>

namespace qfx::runtime {

bool is_alias(const graph::FrozenModel& model, graph::NodeId id) {
  const graph::FrozenNode& node = model.nodes[id];
  if (!graph::keeps_format(node.op)) return false;
  if (!std::holds_alternative<graph::Flatten>(node.op)) return true;
  const graph::Shape& in = model.nodes[node.inputs[0]].shape;
  return in[0] == 1 || in[0] == graph::element_count(in);
}

std::vector<Group> single_groups(const graph::Analyzed& analyzed) {
  std::vector<Group> groups;
  const auto count = static_cast<graph::NodeId>(analyzed.model().nodes.size());
  for (graph::NodeId id = 1; id < count; ++id)
    if (!is_alias(analyzed.model(), id)) groups.push_back({{id}, analyzed.node(id).inputs});
  return groups;
}

}  // namespace qfx::runtime
