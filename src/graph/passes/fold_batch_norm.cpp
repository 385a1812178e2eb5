#include "qfx/graph/fold_batch_norm.h"

#include <cstddef>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/print.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

bool* bias_switch(Op& op) {
  if (auto* conv = std::get_if<Conv2d>(&op)) return &conv->has_bias;
  if (auto* linear = std::get_if<Linear>(&op)) return &linear->has_bias;
  return nullptr;
}

// A scale has no place in weights of -1 and +1, nor behind a sum that is rounded on its way.
bool takes_up(Op& op) {
  return bias_switch(op) != nullptr && !own_format(op, Role::Weight) &&
         accumulator_of(op) == nullptr;
}

// weight * scale and bias * scale + offset. The binary points belonged to the old values and go.
void fold(const Node& norm, Node& node) {
  const auto [scale, offset] = fold_pair(norm);

  Param& weight = node.params.at(Role::Weight);
  const std::size_t inner = weight.values.size() / scale.size();
  for (std::size_t i = 0; i < weight.values.size(); ++i) weight.values[i] *= scale[i / inner];
  weight.frac_bits.clear();

  bool* has_bias = bias_switch(node.op);
  Param& bias = node.params[Role::Bias];
  if (!*has_bias) {
    bias.shape = {std::ssize(scale)};
    bias.values.assign(scale.size(), 0.0f);
    bias.spec = norm.params.at(Role::Offset).spec;
    *has_bias = true;
  }
  for (std::size_t c = 0; c < scale.size(); ++c)
    bias.values[c] = bias.values[c] * scale[c] + offset[c];
  bias.frac_bits.clear();

  node.spec = norm.spec;
  node.frac_bits = norm.frac_bits;
}

}  // namespace

Model fold_batch_norm(const Model& model) {
  verify(model);
  const std::vector<int> used = uses(model);
  Model result{.name = model.name, .nodes = {}, .task = model.task};
  std::vector<NodeId>
      new_id;  // of each old node; a folded batch_norm becomes the node it was folded into
  for (const Node& node : model.nodes) {
    if (std::holds_alternative<BatchNorm>(node.op) && used[node.inputs[0]] == 1) {
      Node& producer = result.nodes[new_id[node.inputs[0]]];
      if (takes_up(producer.op)) {
        fold(node, producer);
        new_id.push_back(new_id[node.inputs[0]]);
        continue;
      }
    }
    new_id.push_back(static_cast<NodeId>(result.nodes.size()));
    result.nodes.push_back(node);
    for (NodeId& input : result.nodes.back().inputs) input = new_id[input];
  }
  std::vector<NodeId> outputs;
  for (const NodeId id : output_ids(model)) outputs.push_back(new_id[id]);
  set_outputs(result, std::move(outputs));
  verify(result);
  return result;
}

std::vector<UnfoldedBatchNorm> unfolded_batch_norms(const Model& folded) {
  const std::vector<int> used = uses(folded);
  std::vector<UnfoldedBatchNorm> left;
  for (const Node& node : folded.nodes) {
    if (!std::holds_alternative<BatchNorm>(node.op)) continue;
    Op before = folded.nodes[node.inputs[0]].op;
    const std::string& name = folded.nodes[node.inputs[0]].name;
    left.push_back({node.name, !takes_up(before)
                                   ? fmt::format("it follows '{}', a {}, and only a conv2d or a "
                                                 "linear takes one up whose weights are not binary "
                                                 "and whose sum has no accumulator",
                                                 name, describe(before))
                               : is_output(folded, node.inputs[0])
                                   ? fmt::format("'{}' is an output of the network", name)
                                   : fmt::format("other layers read '{}' too", name)});
    QFX_ASSERT(!takes_up(before) || used[node.inputs[0]] > 1);
  }
  return left;
}

}  // namespace qfx::graph
