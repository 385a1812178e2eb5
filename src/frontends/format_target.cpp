#include "frontends/format_target.h"

#include <variant>

#include "frontends/unmultiplied.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/signs.h"

namespace qfx::frontends {
namespace {

TensorClass class_of_param(graph::Role role) {
  switch (role) {
    case graph::Role::Bias:
      return TensorClass::Biases;
    case graph::Role::Offset:
      return TensorClass::Offsets;
    case graph::Role::Scale:
      return TensorClass::Scales;
    case graph::Role::Slope:
      return TensorClass::Slopes;
    case graph::Role::Threshold:
      return TensorClass::Thresholds;
    case graph::Role::Weight:
      return TensorClass::Weights;
    case graph::Role::Table:
      break;
  }
  internal_error("a model under training has no parameter '{}'", to_string(role));
}

}  // namespace

bool FormatTarget::is_constant() const {
  return tensor_class != TensorClass::Input && tensor_class != TensorClass::Activations;
}

bool FormatTarget::is_factor() const {
  return tensor_class == TensorClass::Weights || tensor_class == TensorClass::Scales ||
         tensor_class == TensorClass::Slopes;
}

bool takes_format(const graph::Node& node) {
  return !graph::keeps_format(node.op) && !graph::own_format(node.op);
}

std::vector<FormatTarget> format_targets(graph::Model& model) {
  graph::Model inferred = model;
  graph::infer_signs(inferred);
  const std::vector<bool> before_activations = preactivations(model), on_the_way_out = leaving(model);
  std::vector<FormatTarget> targets;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    graph::Node& node = model.nodes[i];
    if (takes_format(node)) {
      const bool is_input = std::holds_alternative<graph::Input>(node.op);
      targets.push_back({.name = node.name,
                         .tensor_class = is_input ? TensorClass::Input : TensorClass::Activations,
                         .spec = &node.spec,
                         .frac_bits = &node.frac_bits,
                         .inferred_signed = inferred.nodes[i].spec.is_signed,
                         .is_preactivation = before_activations[i],
                         .is_leaving = !is_input && on_the_way_out[i]});
    }
    for (auto& [role, param] : node.params) {
      if (graph::own_format(node.op, role)) continue;
      targets.push_back({.name = tensor_name(node.name, role),
                         .tensor_class = class_of_param(role),
                         .spec = &param.spec,
                         .frac_bits = &param.frac_bits,
                         .inferred_signed = true});
    }
  }
  for (FormatTarget& target : targets) {
    target.before = *target.spec;
    target.point = target.spec->learned    ? Point::Learned
                   : target.spec->int_bits ? Point::Fixed
                                           : Point::Calibrated;
  }
  return targets;
}

}  // namespace qfx::frontends
