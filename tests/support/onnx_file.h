// ONNX models for tests, built through protobuf's own classes.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "imports/onnx/onnx.pb.h"

namespace qfx::test {

inline void set_shape(::onnx::TensorShapeProto& proto, const std::vector<std::int64_t>& shape) {
  for (const std::int64_t size : shape) {
    auto* dimension = proto.add_dim();
    if (size < 0)
      dimension->set_dim_param(fmt::format("free{}", proto.dim_size()));
    else
      dimension->set_dim_value(size);
  }
}

// One node while it is being written: node("Conv", ...).ints("pads", {0, 0, 1, 1}).
class OnnxNode {
 public:
  explicit OnnxNode(::onnx::NodeProto& proto) : proto_(proto) {}

  OnnxNode& integer(const std::string& name, std::int64_t value) {
    auto& attribute = add(name, ::onnx::AttributeProto::INT);
    attribute.set_i(value);
    return *this;
  }
  OnnxNode& ints(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& attribute = add(name, ::onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
    return *this;
  }
  OnnxNode& real(const std::string& name, float value) {
    auto& attribute = add(name, ::onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
    return *this;
  }
  OnnxNode& floats(const std::string& name, const std::vector<float>& values) {
    auto& attribute = add(name, ::onnx::AttributeProto::FLOATS);
    for (const float value : values) attribute.add_floats(value);
    return *this;
  }
  OnnxNode& text(const std::string& name, const std::string& value) {
    auto& attribute = add(name, ::onnx::AttributeProto::STRING);
    attribute.set_s(value);
    return *this;
  }
  OnnxNode& domain(const std::string& name) {
    proto_.set_domain(name);
    return *this;
  }
  OnnxNode& named(const std::string& name) {
    proto_.set_name(name);
    return *this;
  }
  ::onnx::NodeProto& proto() { return proto_; }
  ::onnx::AttributeProto& add(const std::string& name, ::onnx::AttributeProto::AttributeType type) {
    auto& attribute = *proto_.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

 private:
  ::onnx::NodeProto& proto_;
};

class OnnxFile {
 public:
  explicit OnnxFile(std::int64_t opset = 17, std::uint64_t seed = 1) : generator_(seed) {
    model_.set_ir_version(8);
    model_.set_producer_name("test");
    model_.mutable_graph()->set_name("net");
    auto* import = model_.add_opset_import();
    import->set_domain("");
    import->set_version(opset);
  }

  OnnxFile& input(const std::string& name, const std::vector<std::int64_t>& shape,
                  int type = ::onnx::TensorProto::FLOAT) {
    describe(*graph().add_input(), name, shape, type);
    return *this;
  }
  OnnxFile& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }
  OnnxNode node(const std::string& op, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs) {
    auto& proto = *graph().add_node();
    proto.set_op_type(op);
    for (const std::string& name : inputs) proto.add_input(name);
    for (const std::string& name : outputs) proto.add_output(name);
    return OnnxNode(proto);
  }
  ::onnx::TensorProto& constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                const std::vector<float>& values) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(::onnx::TensorProto::FLOAT);
    for (const std::int64_t size : shape) proto.add_dims(size);
    for (const float value : values) proto.add_float_data(value);
    return proto;
  }
  ::onnx::TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values,
                                bool is_scalar = false) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(::onnx::TensorProto::INT64);
    if (!is_scalar) proto.add_dims(std::ssize(values));
    for (const std::int64_t value : values) proto.add_int64_data(value);
    return proto;
  }
  // Normal values times `scale`.
  ::onnx::TensorProto& weights(const std::string& name, const std::vector<std::int64_t>& shape,
                               float scale = 0.3F) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    std::vector<float> values(static_cast<std::size_t>(count));
    std::normal_distribution<float> normal(0, scale);
    for (float& value : values) value = normal(generator_);
    return constant(name, shape, values);
  }

  ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  ::onnx::ModelProto& model() { return model_; }
  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  static void describe(::onnx::ValueInfoProto& proto, const std::string& name,
                       const std::vector<std::int64_t>& shape, int type) {
    proto.set_name(name);
    auto* tensor = proto.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    set_shape(*tensor->mutable_shape(), shape);
  }

  ::onnx::ModelProto model_;
  std::mt19937_64 generator_;
};

}  // namespace qfx::test
