// What a file says arrives as it stands there.
#include <bit>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/onnx_file.h"

#include "qfx/base/file.h"
#include "qfx/imports/onnx.h"

namespace qfx::imports {
namespace {

using test::OnnxFile;
using testing::ElementsAre;

Source as_read(const OnnxFile& file) {
  return parse_onnx(file.bytes(), {}, "'net.onnx'");
}

std::vector<std::string> ops(const Source& source) {
  std::vector<std::string> names;
  for (const Node& node : source.nodes) names.push_back(node.op);
  return names;
}

TEST(OnnxReader, TakesNodesConstantsAndAttributes) {
  OnnxFile file;
  file.input("x", {-1, 2, 4, 4}).output("y");
  file.constant("w", {1, 2, 1, 1}, {0.5F, -0.25F});
  file.node("Conv", {"x", "w", ""}, {"c"})
      .named("conv")
      .ints("pads", {0, 1, 2, 3})
      .integer("group", 1);
  file.node("LeakyRelu", {"c"}, {"y"}).real("alpha", 0.125F);
  const Source source = as_read(file);
  ASSERT_EQ(source.inputs.size(), 1U);
  EXPECT_EQ(source.inputs[0].shape, Shape({-1, 2, 4, 4}));
  EXPECT_EQ(source.constants.at("w"), Tensor::of({1, 2, 1, 1}, {0.5, -0.25}));
  EXPECT_THAT(ops(source), ElementsAre("Conv", "LeakyRelu"));
  EXPECT_EQ(source.nodes[0].opset, 17);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(source.nodes[0].attributes.at("pads")),
            std::vector<std::int64_t>({0, 1, 2, 3}));
  EXPECT_EQ(std::get<double>(source.nodes[1].attributes.at("alpha")), 0.125);
  EXPECT_EQ(source.records[0].name, "conv");
  EXPECT_THAT(source.outputs, ElementsAre("y"));
}

TEST(OnnxReader, AConstantIsNoInput) {
  OnnxFile file;
  file.input("x", {1, 2}).input("w", {2}).output("y");
  file.constant("w", {2}, {1, 2});
  file.node("Add", {"x", "w"}, {"y"});
  EXPECT_EQ(as_read(file).inputs.size(), 1U);
}

TEST(OnnxReader, SortsNodesThatTheFileHasNot) {
  OnnxFile file;
  file.input("x", {1, 2}).output("y");
  file.node("Relu", {"b"}, {"y"});
  file.node("Neg", {"x"}, {"a"});
  file.node("Abs", {"a"}, {"b"});
  EXPECT_THAT(ops(as_read(file)), ElementsAre("Neg", "Abs", "Relu"));
}

TEST(OnnxReader, KnowsEveryTypeOfNumber) {
  using Proto = ::onnx::TensorProto;
  OnnxFile file;
  file.input("x", {1}).output("y");
  file.node("Relu", {"x"}, {"y"});
  const auto raw = [&](const std::string& name, Proto::DataType type, const auto& values) {
    auto& proto = *file.graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(type);
    proto.add_dims(std::ssize(values));
    proto.set_raw_data(values.data(), values.size() * sizeof(values[0]));
  };
  raw("float", Proto::FLOAT, std::vector<float>{1.5F, -2});
  raw("double", Proto::DOUBLE, std::vector<double>{1e300});
  raw("half", Proto::FLOAT16, std::vector<std::uint16_t>{0x3C00, 0xC000, 0x0001, 0x7BFF});
  raw("bfloat", Proto::BFLOAT16, std::vector<std::uint16_t>{0x3F80, 0xC040});
  raw("int8", Proto::INT8, std::vector<std::int8_t>{-128, 127});
  raw("uint8", Proto::UINT8, std::vector<std::uint8_t>{255});
  raw("int16", Proto::INT16, std::vector<std::int16_t>{-2});
  raw("uint16", Proto::UINT16, std::vector<std::uint16_t>{65535});
  raw("int32", Proto::INT32, std::vector<std::int32_t>{-3});
  raw("uint32", Proto::UINT32, std::vector<std::uint32_t>{4294967295U});
  raw("int64", Proto::INT64, std::vector<std::int64_t>{INT64_MIN});
  raw("bool", Proto::BOOL, std::vector<std::uint8_t>{0, 2});
  auto& typed = *file.graph().add_initializer();
  typed.set_name("typed half");
  typed.set_data_type(Proto::FLOAT16);
  typed.add_int32_data(0x3800);
  const Source source = as_read(file);
  const auto reals = [&](const std::string& name) { return source.constants.at(name).reals; };
  const auto whole = [&](const std::string& name) { return source.constants.at(name).integers; };
  EXPECT_THAT(reals("float"), ElementsAre(1.5, -2));
  EXPECT_THAT(reals("double"), ElementsAre(1e300));
  EXPECT_THAT(reals("half"), ElementsAre(1, -2, 0x1p-24, 65504));
  EXPECT_THAT(reals("bfloat"), ElementsAre(1, -3));
  EXPECT_THAT(whole("int8"), ElementsAre(-128, 127));
  EXPECT_THAT(whole("uint8"), ElementsAre(255));
  EXPECT_THAT(whole("int16"), ElementsAre(-2));
  EXPECT_THAT(whole("uint16"), ElementsAre(65535));
  EXPECT_THAT(whole("int32"), ElementsAre(-3));
  EXPECT_THAT(whole("uint32"), ElementsAre(4294967295));
  EXPECT_THAT(whole("int64"), ElementsAre(INT64_MIN));
  EXPECT_THAT(whole("bool"), ElementsAre(0, 1));
  EXPECT_EQ(source.constants.at("typed half"), Tensor::of({}, {0.5}));
}

TEST(OnnxReader, ReadsWeightsFromAFileInTheFolder) {
  const TemporaryDirectory folder;
  const float values[] = {1, 2, 3};
  std::ofstream(folder.path() / "net.onnx.data", std::ios::binary)
      .write("    ", 4)
      .write(reinterpret_cast<const char*>(values), sizeof(values));
  OnnxFile file;
  file.input("x", {1, 3}).output("y");
  file.node("Add", {"x", "w"}, {"y"});
  auto& proto = file.constant("w", {3}, {});
  proto.set_data_location(::onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"location", "net.onnx.data"}, {"offset", "4"}, {"length", "12"}}) {
    auto* entry = proto.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  write_file_atomically(folder.path() / "net.onnx", file.bytes());
  EXPECT_THAT(read_onnx(folder.path() / "net.onnx").constants.at("w").reals, ElementsAre(1, 2, 3));
}

// Two calls of one function, whose inner values and attributes are the call's own.
TEST(OnnxReader, PutsFunctionsIn) {
  OnnxFile file;
  file.input("x", {1, 2}).output("y");
  auto& function = *file.model().add_functions();
  function.set_domain("mine");
  function.set_name("Slope");
  function.add_input("v");
  function.add_output("r");
  function.add_attribute("a");
  auto* import = function.add_opset_import();
  import->set_version(13);
  auto& leaky = *function.add_node();
  leaky.set_op_type("LeakyRelu");
  leaky.add_input("v");
  leaky.add_output("t");
  auto& alpha = *leaky.add_attribute();
  alpha.set_name("alpha");
  alpha.set_type(::onnx::AttributeProto::FLOAT);
  alpha.set_ref_attr_name("a");
  auto& neg = *function.add_node();
  neg.set_op_type("Neg");
  neg.add_input("t");
  neg.add_output("r");
  file.node("Slope", {"x"}, {"m"}).domain("mine").real("a", 0.5F);
  file.node("Slope", {"m"}, {"y"}).domain("mine");
  const Source source = as_read(file);
  EXPECT_THAT(ops(source), ElementsAre("LeakyRelu", "Neg", "LeakyRelu", "Neg"));
  EXPECT_EQ(std::get<double>(source.nodes[0].attributes.at("alpha")), 0.5);
  EXPECT_FALSE(source.nodes[2].attributes.contains("alpha"));
  EXPECT_EQ(source.nodes[0].opset, 13);
  EXPECT_NE(source.nodes[0].outputs, source.nodes[2].outputs);
  EXPECT_EQ(source.nodes[1].outputs[0], "m");
  EXPECT_EQ(source.nodes[3].outputs[0], "y");
  EXPECT_EQ(source.nodes[2].origins, std::vector<int>({1}));
}

}  // namespace
}  // namespace qfx::imports
