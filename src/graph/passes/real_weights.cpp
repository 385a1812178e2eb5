#include "qfx/graph/real_weights.h"

#include "qfx/base/error.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

Conv2d real_conv(const FractionalConv2d& conv) {
  return {.out_channels = conv.out_channels,
          .kernel = conv.kernel,
          .stride = conv.stride,
          .padding = conv.padding,
          .dilation = conv.dilation,
          .groups = conv.groups};
}

void use_real_weights(Node& node) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) conv->binary = false;
  if (auto* linear = std::get_if<Linear>(&node.op)) linear->binary = false;
  if (const auto* fractional = std::get_if<FractionalConv2d>(&node.op)) {
    node.op = real_conv(*fractional);
    node.params.erase(Role::Threshold);
  }
}

}  // namespace

Model with_real_weights(Model model) {
  verify(model);
  for (Node& node : model.nodes) use_real_weights(node);
  verify(model);
  return model;
}

Model with_weights_of(Model binary, const Model& real) {
  QFX_ASSERT(binary.nodes.size() == real.nodes.size());
  for (std::size_t i = 0; i < binary.nodes.size(); ++i) {
    Node& node = binary.nodes[i];
    QFX_ASSERT(node.name == real.nodes[i].name);
    for (const auto& [role, param] : real.nodes[i].params)
      node.params.at(role).values = param.values;
    if (!std::holds_alternative<BatchNorm>(node.op)) continue;
    for (const Statistic learned : {Statistic::Gamma, Statistic::Beta})
      node.statistics.at(learned) = real.nodes[i].statistics.at(learned);
  }
  verify(binary);
  return binary;
}

}  // namespace qfx::graph
