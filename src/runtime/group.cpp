#include "runtime/group.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "runtime/chain.h"
#include "runtime/levels.h"
#include "runtime/operands.h"

#include "qfx/graph/outputs.h"

namespace qfx::runtime {
namespace {

// Whether a node's numbers need lanes of 64 bits, which are several times slower: they are no
// company for others.
bool is_wide(const graph::Analyzed& analyzed, graph::NodeId id) {
  const bool sums_fit =
      std::visit(graph::Overloaded{
                     [&](const graph::Conv2d&) { return sums_fit_int32(analyzed, id); },
                     [&](const graph::Linear&) { return sums_fit_int32(analyzed, id); },
                     [](const auto&) { return true; },
                 },
                 analyzed.node(id).op);
  const graph::Op& op = analyzed.node(id).op;
  const bool is_mean = std::holds_alternative<graph::AvgPool2d>(op) ||
                       std::holds_alternative<graph::GlobalAvgPool2d>(op);
  return !is_mean && !(sums_fit && fits_words(analyzed, id));
}

class Fusing {
 public:
  explicit Fusing(const graph::Analyzed& analyzed)
      : analyzed_(analyzed),
        model_(analyzed.model()),
        uses_(graph::uses(model_)),
        ends_in_(model_.nodes.size()) {}

  void add(graph::NodeId id) {
    const std::vector<graph::NodeId>& inputs = model_.nodes[id].inputs;
    const std::optional<std::size_t> own = is_chainable(analyzed_, id) ? latest(id) : std::nullopt;
    if (!own) {
      ends_in_[id] = groups_.size();
      groups_.push_back({{id}, inputs});
      return;
    }
    const std::size_t index = *ends_in_[inputs[*own]];
    ends_in_[id] = index;
    Group& group = groups_[index];
    group.nodes.push_back(id);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (i != *own) group.inputs.push_back(inputs[i]);
  }

  // What a step reads beside its first node's inputs is made before the node that reads it: the
  // steps run in the order of their last nodes.
  std::vector<Group> in_order() && {
    std::sort(groups_.begin(), groups_.end(),
              [](const Group& a, const Group& b) { return a.last() < b.last(); });
    return std::move(groups_);
  }

 private:
  // Which of the inputs, that nobody else takes, a step makes last.
  std::optional<std::size_t> latest(graph::NodeId id) const {
    const std::vector<graph::NodeId>& inputs = model_.nodes[id].inputs;
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!ends_in_[inputs[i]] || uses_[inputs[i]] > 1) continue;
      const Group& group = groups_[*ends_in_[inputs[i]]];
      const bool is_full = std::ssize(group.inputs) >= kernels::ChainPart::kMostOthers;
      if (is_full || !takes_more(analyzed_, group.first())) continue;
      if (is_wide(analyzed_, group.last()) != is_wide(analyzed_, id)) continue;
      if (!best || inputs[i] > inputs[*best]) best = i;
    }
    return best;
  }

  const graph::Analyzed& analyzed_;
  const graph::FrozenModel& model_;
  std::vector<int> uses_;
  std::vector<Group> groups_;
  std::vector<std::optional<std::size_t>> ends_in_;  // the group whose last node it was
};

// Gives every fractional_conv2d the sums that an earlier step leaves in memory.
std::vector<Group> with_upper_sums(const graph::Analyzed& analyzed, std::vector<Group> groups) {
  for (Group& group : groups) {
    const std::optional<graph::NodeId> sums = upper_sums(analyzed, group.first());
    if (!sums) continue;
    group.has_upper_sums = std::any_of(groups.begin(), groups.end(),
                                       [&](const Group& other) { return other.last() == *sums; });
    if (group.has_upper_sums) group.inputs.push_back(*sums);
  }
  return groups;
}

// Lets convolutions look up what a thermometer would spread, which then runs only where others read
// it.
std::vector<Group> with_look_ups(const graph::Analyzed& analyzed, std::vector<Group> groups) {
  for (Group& group : groups) {
    group.looks_up = looks_up(analyzed, group.first());
    if (group.looks_up) group.inputs[0] = analyzed.node(group.inputs[0]).inputs[0];
  }
  const auto& nodes = analyzed.model().nodes;
  std::vector<bool> is_read(nodes.size());
  const auto read = [&](graph::NodeId id) {
    for (; is_alias(analyzed.model(), id); id = nodes[id].inputs[0]) is_read[id] = true;
    is_read[id] = true;
  };
  for (const graph::NodeId output : graph::output_ids(analyzed.model())) read(output);
  for (const Group& group : groups)
    for (const graph::NodeId input : group.inputs) read(input);
  std::erase_if(groups, [&](const Group& group) {
    return std::holds_alternative<graph::Thermometer>(analyzed.node(group.last()).op) &&
           !is_read[group.last()];
  });
  return groups;
}

}  // namespace

bool is_alias(const graph::FrozenModel& model, graph::NodeId id) {
  const graph::FrozenNode& node = model.nodes[id];
  if (!graph::renames(node.op)) return false;
  if (!std::holds_alternative<graph::Flatten>(node.op)) return true;
  const graph::Shape& in = model.nodes[node.inputs[0]].shape;
  return in[0] == 1 || in[0] == graph::element_count(in);
}

bool takes_more(const graph::Analyzed& analyzed, graph::NodeId id) {
  if (is_chainable(analyzed, id)) return true;
  if (graph::accumulator_of(analyzed.node(id).op) != nullptr) return false;
  return std::visit(graph::Overloaded{
                        [&](const graph::Conv2d&) { return fits_lanes(analyzed, id); },
                        [&](const graph::FractionalConv2d&) { return fits_words(analyzed, id); },
                        [&](const graph::Linear&) { return fits_lanes(analyzed, id); },
                        [&](const graph::MaxPool2d&) { return fits_lanes(analyzed, id); },
                        [](const graph::AvgPool2d&) { return true; },
                        [](const graph::GlobalAvgPool2d&) { return true; },
                        [](const auto&) { return false; },
                    },
                    analyzed.node(id).op);
}

std::vector<Group> fused_groups(const graph::Analyzed& analyzed) {
  Fusing fusing(analyzed);
  const auto count = static_cast<graph::NodeId>(analyzed.model().nodes.size());
  for (graph::NodeId id = 1; id < count; ++id)
    if (!is_alias(analyzed.model(), id)) fusing.add(id);
  return with_look_ups(analyzed, with_upper_sums(analyzed, std::move(fusing).in_order()));
}

std::vector<Group> single_groups(const graph::Analyzed& analyzed) {
  std::vector<Group> groups;
  const auto count = static_cast<graph::NodeId>(analyzed.model().nodes.size());
  for (graph::NodeId id = 1; id < count; ++id)
    if (!is_alias(analyzed.model(), id)) groups.push_back({{id}, analyzed.node(id).inputs});
  return with_upper_sums(analyzed, std::move(groups));
}

}  // namespace qfx::runtime
