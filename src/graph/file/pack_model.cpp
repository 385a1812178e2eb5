#include <cmath>

#include "graph/file/pack.h"

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

constexpr const char* kPerTensor = "per_tensor";
constexpr const char* kPerChannel = "per_channel";
constexpr const char* kLog2Threshold = "log2_threshold";

store::Json spec_to_json(const QuantSpec& spec) {
  store::Json json;
  json["is_float"] = spec.is_float;
  json["width"] = spec.width;
  json["is_signed"] = spec.is_signed;
  json["rounding"] = fixed::to_string(spec.rounding);
  json["overflow"] = fixed::to_string(spec.overflow);
  json["wrap_bits"] = spec.wrap_bits;
  json["learned"] = spec.learned;
  // Written where they are not the default, so that files without them stay readable.
  if (spec.point_form == PointForm::Log2Threshold) json["point_form"] = kLog2Threshold;
  if (spec.forbids_overflow) json["forbids_overflow"] = true;
  if (spec.int_bits) json["int_bits"] = *spec.int_bits;
  json["granularity"] = spec.granularity == Granularity::PerChannel ? kPerChannel : kPerTensor;
  json["k_hot"] = spec.k_hot;
  json["signed_digits"] = spec.signed_digits;
  return json;
}

// A mode by its name, with the place of a wrong one.
template <class Parse>
auto mode(const store::JsonValue& json, Parse parse) {
  const std::string name = json.string();
  try {
    return parse(name);
  } catch (const UserError& error) {
    json.fail(error.what());
  }
}

QuantSpec spec_from_json(const store::JsonValue& json) {
  json.fields({"is_float", "width", "is_signed", "rounding", "overflow", "wrap_bits", "learned",
               "granularity", "k_hot", "signed_digits"},
              {"int_bits", "point_form", "forbids_overflow"});
  QuantSpec spec;
  spec.is_float = json["is_float"].boolean();
  spec.width = json["width"].small_integer();
  spec.is_signed = json["is_signed"].boolean();
  spec.rounding = mode(json["rounding"], fixed::parse_rounding);
  spec.overflow = mode(json["overflow"], fixed::parse_overflow);
  spec.wrap_bits = json["wrap_bits"].small_integer();
  spec.learned = json["learned"].boolean();
  if (json.has("point_form")) {
    const std::string form = json["point_form"].string();
    if (form != kLog2Threshold)
      json["point_form"].fail(
          fmt::format("this is '{}'; leave it out, or write {}", form, kLog2Threshold));
    spec.point_form = PointForm::Log2Threshold;
  }
  if (json.has("forbids_overflow")) spec.forbids_overflow = json["forbids_overflow"].boolean();
  if (json.has("int_bits")) spec.int_bits = json["int_bits"].small_integer();
  const std::string granularity = json["granularity"].string();
  if (granularity != kPerTensor && granularity != kPerChannel)
    json["granularity"].fail(
        fmt::format("this is '{}', allowed are {} and {}", granularity, kPerTensor, kPerChannel));
  spec.granularity = granularity == kPerChannel ? Granularity::PerChannel : Granularity::PerTensor;
  spec.k_hot = json["k_hot"].small_integer();
  spec.signed_digits = json["signed_digits"].boolean();
  return spec;
}

// A float survives the way through JSON's double unchanged; a number beyond a float's range was
// never written from one.
std::vector<float> floats(const store::JsonValue& json) {
  std::vector<float> result;
  json.each_element([&](store::JsonValue element) {
    const double value = element.number();
    result.push_back(static_cast<float>(value));
    if (!std::isfinite(result.back()))
      element.fail(fmt::format("this is {}, more than a float holds", value));
  });
  return result;
}

}  // namespace

store::Safetensors pack(const Model& model) {
  store::Safetensors file;
  store::Json graph;
  graph["name"] = model.name;
  if (model.task != Task{}) graph["task"] = task_to_json(model.task);
  if (!model.outputs.empty()) graph["outputs"] = model.outputs;
  graph["nodes"] = store::Json::array();
  for (const Node& node : model.nodes) {
    store::Json json = node_to_json(node.name, node.op, node.inputs, node.shape);
    json["spec"] = spec_to_json(node.spec);
    json["frac_bits"] = node.frac_bits;
    json["params"] = store::Json::object();
    for (const auto& [role, param] : node.params) {
      store::Json& entry = json["params"][std::string(to_string(role))];
      entry["shape"] = param.shape;
      entry["spec"] = spec_to_json(param.spec);
      entry["frac_bits"] = param.frac_bits;
      if (!param.values.empty())
        file.tensors[tensor_name(node.name, role)] =
            store::make_tensor<float>(param.shape, param.values);
    }
    json["statistics"] = store::Json::array();
    for (const auto& [statistic, values] : node.statistics) {
      json["statistics"].push_back(to_string(statistic));
      file.tensors[tensor_name(node.name, statistic)] =
          store::make_tensor<float>({std::ssize(values)}, values);
    }
    graph["nodes"].push_back(std::move(json));
  }
  put_graph(graph, file);
  return file;
}

Model unpack_model(const store::Safetensors& file, const std::string& file_name) {
  const store::Json stored = graph_of(file, file_name);
  const store::JsonValue graph(stored, file_name + ": graph");
  graph.fields({"name", "nodes"}, {"task", "outputs"});
  Model model;
  model.name = graph["name"].string();
  if (graph.has("task")) model.task = task_from_json(graph["task"]);
  if (graph.has("outputs")) model.outputs = outputs_from_json(graph["outputs"]);
  TensorSource tensors(file.tensors, file_name);
  const auto take = [&](const std::string& name, const Shape& shape) {
    return store::values_of<float>(tensors.take(name, shape), tensors.place(name));
  };
  graph["nodes"].each_element([&](store::JsonValue json) {
    json.fields({"name", "op", "attributes", "inputs", "shape", "spec", "frac_bits", "params",
                 "statistics"});
    Node& node = model.nodes.emplace_back();
    node_from_json(json, node);
    node.spec = spec_from_json(json["spec"]);
    node.frac_bits = floats(json["frac_bits"]);
    json["params"].each_member([&](const std::string& name, store::JsonValue entry) {
      entry.fields({"shape", "spec", "frac_bits"});
      const Role role = role_from_name(name, entry);
      Param& param = node.params[role];
      param.shape = entry["shape"].integers();
      param.spec = spec_from_json(entry["spec"]);
      param.frac_bits = floats(entry["frac_bits"]);
      if (!derives_params(node.op)) param.values = take(tensor_name(node.name, role), param.shape);
    });
    json["statistics"].each_element([&](store::JsonValue name) {
      const Statistic statistic = statistic_from_json(name);
      const Shape channels{node.shape.empty() ? 0 : node.shape[0]};
      node.statistics[statistic] = take(tensor_name(node.name, statistic), channels);
    });
  });
  tensors.check_all_taken();
  return model;
}

}  // namespace qfx::graph
