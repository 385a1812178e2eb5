#include <limits>
#include <set>
#include <utility>

#include "imports/onnx/functions.h"
#include "imports/onnx/onnx.pb.h"
#include "imports/onnx/order.h"
#include "imports/onnx/tensor_data.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/imports/onnx.h"

namespace qfx::imports {
namespace {

namespace fs = std::filesystem;

// Beyond it a name is no name: of values, nodes and attributes.
constexpr std::size_t kLongestName = 8192;

void check_name(const std::string& name, std::string_view what) {
  if (name.size() > kLongestName)
    user_error("{} has a name of {} characters, {}; at most {} are allowed", what, name.size(),
               in_quotes(name), kLongestName);
}

// A list of an attribute, whatever protobuf calls its container.
template <class T>
std::vector<T> list(const auto& field) {
  return std::vector<T>(field.begin(), field.end());
}

Attribute read_attribute(const ::onnx::AttributeProto& proto, const fs::path& folder,
                         const std::string& what) {
  using Proto = ::onnx::AttributeProto;
  switch (proto.type()) {
    case Proto::FLOAT:
      return static_cast<double>(proto.f());
    case Proto::INT:
      return proto.i();
    case Proto::STRING:
      return proto.s();
    case Proto::FLOATS:
      return list<double>(proto.floats());
    case Proto::INTS:
      return list<std::int64_t>(proto.ints());
    case Proto::STRINGS:
      return list<std::string>(proto.strings());
    case Proto::TENSOR:
      return read_tensor(proto.t(), folder, what);
    case Proto::GRAPH:
    case Proto::GRAPHS:
      return Opaque{"a graph"};
    case Proto::TENSORS:
      return Opaque{"a list of tensors"};
    case Proto::SPARSE_TENSOR:
    case Proto::SPARSE_TENSORS:
      return Opaque{"a sparse tensor"};
    case Proto::TYPE_PROTO:
    case Proto::TYPE_PROTOS:
      return Opaque{"a type"};
    case Proto::UNDEFINED:
      break;
  }
  // Files before IR version 2 do not say the type; the field that is there does.
  if (proto.has_f()) return static_cast<double>(proto.f());
  if (proto.has_i()) return proto.i();
  if (proto.has_s()) return proto.s();
  if (proto.has_t()) return read_tensor(proto.t(), folder, what);
  if (proto.floats_size() > 0) return list<double>(proto.floats());
  if (proto.ints_size() > 0) return list<std::int64_t>(proto.ints());
  return Opaque{"a value without a type"};
}

Node read_node(const Placed& placed, const fs::path& folder) {
  const ::onnx::NodeProto& proto = placed.node;
  Node node{.name = proto.name(),
            .domain = proto.domain(),
            .op = proto.op_type(),
            .opset = placed.opset,
            .inputs = list<std::string>(proto.input()),
            .outputs = list<std::string>(proto.output())};
  node.origins = {placed.record};
  const std::string what = called(node);
  check_name(node.name, "a node");
  check_name(node.op, what);
  for (const auto& names : {node.inputs, node.outputs}) {
    for (const std::string& name : names) check_name(name, what + ": a value");
  }
  for (const auto& attribute : proto.attribute()) {
    check_name(attribute.name(), what + ": an attribute");
    const std::string place = what + ": attribute " + in_quotes(attribute.name());
    if (!node.attributes.emplace(attribute.name(), read_attribute(attribute, folder, place)).second)
      user_error("{} is given twice", place);
  }
  return node;
}

SourceInput read_input(const ::onnx::ValueInfoProto& proto) {
  check_name(proto.name(), "an input");
  const std::string what = "input " + in_quotes(proto.name());
  if (!proto.type().has_tensor_type())
    user_error("{} is no tensor; a network here takes one tensor", what);
  const auto& type = proto.type().tensor_type();
  SourceInput input{.name = proto.name(), .is_integer = is_integer_type(type.elem_type(), what)};
  if (!type.has_shape()) return input;
  Shape shape;
  for (const auto& dimension : type.shape().dim()) {
    const bool is_free = !dimension.has_dim_value() || dimension.dim_value() <= 0;
    shape.push_back(is_free ? -1 : dimension.dim_value());
    if (shape.back() > kMaxTensorElements)
      user_error("{} has a size of {}; at most {} are allowed", what, shape.back(),
                 kMaxTensorElements);
  }
  input.shape = std::move(shape);
  return input;
}

void check_opset(const ::onnx::ModelProto& model, const std::string& place) {
  for (const auto& [domain, version] : read_opsets(model.opset_import())) {
    if (domain.empty() && (version < kFirstOpset || version > kLastOpset))
      user_error("{} is of opset {}; {} to {} can be read: export it with one of these", place,
                 version, kFirstOpset, kLastOpset);
  }
}

::onnx::ModelProto parse(std::string_view bytes, const std::string& place) {
  ::onnx::ModelProto model;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    user_error("{} has more than 2 GB; keep its weights in a file of their own", place);
  if (bytes.empty() || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    user_error("{} is no ONNX model, or it is damaged: it cannot be parsed", place);
  if (!model.has_graph()) user_error("{} has no graph; it is damaged, or no ONNX model", place);
  return model;
}

}  // namespace

Source parse_onnx(std::string_view bytes, const fs::path& folder, const std::string& place) {
  const ::onnx::ModelProto model = parse(bytes, place);
  check_opset(model, place);
  const ::onnx::GraphProto& graph = model.graph();
  if (graph.sparse_initializer_size() > 0)
    user_error("{} has sparse constants; store them as ordinary tensors", place);
  Source source{.name = graph.name(), .producer = model.producer_name()};
  for (const auto& proto : graph.initializer()) {
    check_name(proto.name(), "a constant");
    const std::string what = "constant " + in_quotes(proto.name());
    if (!source.constants.emplace(proto.name(), read_tensor(proto, folder, what)).second)
      user_error("{} is given twice", what);
  }
  for (const auto& proto : graph.input()) {
    if (!source.constants.contains(proto.name())) source.inputs.push_back(read_input(proto));
  }
  for (const auto& proto : graph.node())
    source.records.push_back({.name = proto.name(),
                              .op = proto.op_type(),
                              .output = proto.output_size() > 0 ? proto.output(0) : ""});
  for (const Placed& placed : inline_functions(model))
    source.nodes.push_back(read_node(placed, folder));
  for (const auto& proto : graph.output()) source.output_names.push_back(proto.name());
  if (source.output_names.empty()) user_error("{} has no output", place);
  source.outputs = source.output_names;
  order_nodes(source);
  return source;
}

Source read_onnx(const fs::path& path) {
  const std::string bytes = read_file(path);
  fs::path folder = path.parent_path();
  if (folder.empty()) folder = ".";
  return parse_onnx(bytes, folder, in_quotes(path.string()));
}

}  // namespace qfx::imports
