#include "imports/write/onnx_graph.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace qfx::imports {
namespace {

// The first opset that has all that is written, and what qonnx and hls4ml know.
constexpr std::int64_t kOpset = 13;

void set_type(::onnx::ValueInfoProto& proto, const std::string& name, Real type,
              const Shape& shape) {
  proto.set_name(name);
  auto* tensor = proto.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(static_cast<int>(type));
  for (const std::int64_t size : shape) tensor->mutable_shape()->add_dim()->set_dim_value(size);
}

// Little-endian, as ONNX has it.
template <class T, class Value>
std::string raw_bytes(const std::vector<Value>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

}  // namespace

OnnxGraph::OnnxGraph(const std::string& name, const std::string& producer) {
  model_.set_ir_version(8);
  model_.set_producer_name(producer);
  model_.mutable_graph()->set_name(name);
  auto* opset = model_.add_opset_import();
  opset->set_domain("");
  opset->set_version(kOpset);
}

std::string OnnxGraph::fresh(const std::string& like) {
  const int before = taken_[like]++;
  if (before == 0) return like;
  const std::string name = fmt::format("{}_{}", like, before + 1);
  return taken_.contains(name) ? fresh(name) : (taken_[name] = 1, name);
}

void OnnxGraph::input(const std::string& name, Real type, const Shape& shape) {
  fresh(name);
  set_type(*model_.mutable_graph()->add_input(), name, type, shape);
}

// The node's own tensor takes the name: hls4ml's C++ loses an output behind a node that does nothing.
// One is needed all the same for what is an input, or an output already.
std::string OnnxGraph::output(const std::string& value, Real type, const Shape& shape) {
  auto& graph = *model_.mutable_graph();
  const auto makes = [&](const auto& node) { return node.output(0) == value; };
  const auto is_there = [&](const auto& other) { return other.name() == value; };
  std::string name;
  if (std::ranges::any_of(graph.output(), is_there) ||
      std::ranges::none_of(graph.node(), makes)) {
    name = add("Identity", {value}, "output");
  } else {
    name = fresh("output");
    for (auto& node : *graph.mutable_node()) {
      for (std::string& input : *node.mutable_input()) {
        if (input == value) input = name;
      }
      if (makes(node)) node.set_output(0, name);
    }
  }
  set_type(*graph.add_output(), name, type, shape);
  return name;
}

std::string OnnxGraph::add(const std::string& op, const std::vector<std::string>& inputs,
                           const std::string& like,
                           const std::vector<WrittenAttribute>& attributes,
                           const std::string& domain) {
  const std::string output = fresh(like);
  auto& node = *model_.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(output);
  node.set_domain(domain);
  if (!domain.empty() && !has_qonnx_) {
    has_qonnx_ = true;
    auto* opset = model_.add_opset_import();
    opset->set_domain(domain);
    opset->set_version(1);
  }
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  for (const WrittenAttribute& attribute : attributes) {
    auto& proto = *node.add_attribute();
    proto.set_name(attribute.name);
    if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
      proto.set_type(::onnx::AttributeProto::INT);
      proto.set_i(*integer);
    } else if (const auto* real = std::get_if<double>(&attribute.value)) {
      proto.set_type(::onnx::AttributeProto::FLOAT);
      proto.set_f(static_cast<float>(*real));
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      proto.set_type(::onnx::AttributeProto::STRING);
      proto.set_s(*text);
    } else {
      proto.set_type(::onnx::AttributeProto::INTS);
      for (const std::int64_t value : std::get<std::vector<std::int64_t>>(attribute.value))
        proto.add_ints(value);
    }
  }
  return output;
}

std::string OnnxGraph::constant(const std::string& like, Real type, const Shape& shape,
                                const std::vector<double>& values) {
  const std::string name = fresh(like);
  auto& proto = *model_.mutable_graph()->add_initializer();
  proto.set_name(name);
  proto.set_data_type(static_cast<int>(type));
  for (const std::int64_t size : shape) proto.add_dims(size);
  proto.set_raw_data(type == Real::Float ? raw_bytes<float>(values) : raw_bytes<double>(values));
  return name;
}

std::string OnnxGraph::integers(const std::string& like, const std::vector<std::int64_t>& values) {
  return integers(like, {std::ssize(values)}, values);
}

std::string OnnxGraph::integers(const std::string& like, const Shape& shape,
                                const std::vector<std::int64_t>& values) {
  const std::string name = fresh(like);
  auto& proto = *model_.mutable_graph()->add_initializer();
  proto.set_name(name);
  proto.set_data_type(::onnx::TensorProto::INT64);
  for (const std::int64_t size : shape) proto.add_dims(size);
  proto.set_raw_data(raw_bytes<std::int64_t>(values));
  return name;
}

std::string OnnxGraph::number(Real type, double value) {
  const auto found = numbers_.find({type, value});
  if (found != numbers_.end()) return found->second;
  return numbers_[{type, value}] = constant("number", type, {}, {value});
}

}  // namespace qfx::imports
