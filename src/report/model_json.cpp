#include "report/model_json.h"

#include <optional>

#include "report/param_stats.h"
#include "report/ranges.h"

#include "qfx/base/error.h"
#include "qfx/graph/analyzed.h"
#include "qfx/graph/cost.h"
#include "qfx/graph/print.h"
#include "qfx/graph/totals.h"

namespace qfx::report {
namespace {

std::string format_text(const graph::FrozenParam& param) {
  std::string text = fixed::to_string(param.format);
  if (param.k_hot > 0) text += fmt::format(" {}-hot", param.k_hot);
  return text;
}

Json format_fields(const fixed::Format& format, const std::vector<int>& frac_bits = {}) {
  Json fields = range_fields(format, frac_bits);
  fields["format"] = fixed::to_string(format);
  fields["width"] = format.width;
  return fields;
}

Json param_json(const graph::FrozenNode& node, graph::Role role, const graph::FrozenParam& param) {
  Json tensor = format_fields(param.format, param.channel_frac_bits);
  tensor.update(
      {{"name", tensor_name(node.name, role)},
       {"role", to_string(role)},
       {"shape", param.shape},
       {"elements", param.raw.size()},
       {"frac_bits", param.channel_frac_bits.empty() ? std::vector<int>{param.format.frac_bits()}
                                                     : param.channel_frac_bits},
       {"histogram", param_histogram(param)},
       {"ones", param_ones(param)}});
  tensor.update(param_extent(param));
  return tensor;
}

Json activation_json(const graph::FrozenNode& node) {
  Json tensor = format_fields(node.format);
  tensor.update({{"name", node.name},
                 {"role", "activation"},
                 {"shape", node.shape},
                 {"elements", graph::element_count(node.shape)},
                 {"frac_bits", {node.format.frac_bits()}},
                 {"histogram", nullptr},
                 {"ones", nullptr},
                 {"minimum", nullptr},
                 {"maximum", nullptr},
                 {"used", nullptr},
                 {"at_limit", nullptr}});
  return tensor;
}

// {multiplies, shifts, adds} of one image.
Json work_json(const graph::Analyzed& model, graph::NodeId id, graph::KHot k_hot) {
  const graph::Cost cost = graph::cost_of(model, id, k_hot);
  return {{"multiplies", graph::total(cost.multiplies) + graph::total(cost.divisions)},
          {"shifts", graph::total(cost.shifts)},
          {"adds", graph::total(cost.adds)}};
}

}  // namespace

Json layers_json(const graph::FrozenModel& model) {
  // A model whose sums are too wide cannot run but can be looked at.
  std::optional<graph::Analyzed> analyzed;
  try {
    analyzed.emplace(model);
  } catch (const UserError&) {
  }
  Json layers = Json::array();
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    const graph::FrozenNode& node = model.nodes[id];
    Json inputs = Json::array(), params = Json::array();
    for (const graph::NodeId input : node.inputs)
      inputs.push_back(model.nodes[static_cast<std::size_t>(input)].name);
    for (const auto& [role, param] : node.params)
      params.push_back(
          {{"name", to_string(role)}, {"shape", param.shape}, {"format", format_text(param)}});
    layers.push_back({{"name", node.name},
                      {"kind", graph::kind_name(node.op)},
                      {"text", graph::describe(node.op)},
                      {"inputs", inputs},
                      {"shape", node.shape},
                      {"format", fixed::to_string(node.format)},
                      {"params", params},
                      {"multiply_adds", graph::products(node)},
                      {"accumulator_width", nullptr},
                      {"can_overflow", nullptr},
                      {"work", nullptr},
                      {"ordinary_work", nullptr}});
    if (!analyzed) continue;
    const auto node_id = static_cast<graph::NodeId>(id);
    Json& layer = layers.back();
    layer["accumulator_width"] = analyzed->range(node_id).accumulator_width;
    layer["can_overflow"] = analyzed->range(node_id).can_overflow;
    layer["work"] = work_json(*analyzed, node_id, graph::KHot::Shifts);
    layer["ordinary_work"] = work_json(*analyzed, node_id, graph::KHot::Multiplies);
  }
  return layers;
}

Json tensors_json(const graph::FrozenModel& model) {
  Json tensors = Json::array();
  for (const graph::FrozenNode& node : model.nodes) {
    for (const auto& [role, param] : node.params) tensors.push_back(param_json(node, role, param));
    tensors.push_back(activation_json(node));
  }
  return tensors;
}

Json model_facts(const graph::FrozenModel& model) {
  const graph::Totals totals = graph::totals(model);
  return {{"name", model.name},
          {"parameters", totals.parameters},
          {"parameter_bits", totals.parameter_bits},
          {"multiply_adds", totals.products},
          {"nodes", model.nodes.size()}};
}

}  // namespace qfx::report
