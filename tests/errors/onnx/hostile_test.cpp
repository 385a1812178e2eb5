// Damaged and hostile files: one sentence each.
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/onnx_file.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/imports/onnx.h"

namespace qfx::imports {
namespace {

using test::OnnxFile;
using test::user_error_of;
using testing::HasSubstr;

OnnxFile relu() {
  OnnxFile file;
  file.input("x", {1, 4}).output("y");
  file.node("Relu", {"x"}, {"y"}).named("act");
  return file;
}

std::string reading_error(const OnnxFile& file) {
  return user_error_of([&] { parse_onnx(file.bytes(), {}, "'net.onnx'"); });
}

TEST(HostileOnnx, Bytes) {
  const std::string bytes = relu().bytes();
  const auto error = [](std::string_view text) {
    return user_error_of([&] { parse_onnx(text, {}, "'net.onnx'"); });
  };
  EXPECT_THAT(error(""), HasSubstr("is no ONNX model"));
  EXPECT_THAT(error("hello, world"), HasSubstr("is no ONNX model"));
  EXPECT_THAT(error(bytes.substr(0, bytes.size() / 2)), HasSubstr("is no ONNX model"));
  EXPECT_THAT(error(std::string("\x08\x08", 2)), HasSubstr("has no graph"));
}

TEST(HostileOnnx, Circles) {
  OnnxFile file;
  file.input("x", {1, 4}).output("y");
  file.node("Add", {"x", "b"}, {"a"}).named("first");
  file.node("Relu", {"a"}, {"b"});
  file.node("Relu", {"b"}, {"y"});
  EXPECT_THAT(reading_error(file), HasSubstr("node 'first' (Add) is part of a circle"));
}

TEST(HostileOnnx, Names) {
  OnnxFile missing = relu();
  missing.node("Add", {"y", "nowhere"}, {"z"});
  EXPECT_THAT(reading_error(missing), HasSubstr("reads the value 'nowhere', which nothing makes"));
  OnnxFile twice = relu();
  twice.node("Neg", {"x"}, {"y"});
  EXPECT_THAT(reading_error(twice), HasSubstr("a value has one maker"));
  OnnxFile output = relu();
  output.output("z");
  EXPECT_THAT(reading_error(output), HasSubstr("'z', which nothing makes"));
  OnnxFile longest = relu();
  longest.node("Neg", {"x"}, {"n"}).named(std::string(10000, 'a'));
  const std::string error = reading_error(longest);
  EXPECT_THAT(error, HasSubstr("a name of 10000 characters"));
  EXPECT_LT(error.size(), 400U);
  OnnxFile constants = relu();
  constants.constant("c", {1}, {1});
  constants.constant("c", {1}, {2});
  EXPECT_THAT(reading_error(constants), HasSubstr("constant 'c' is given twice"));
}

TEST(HostileOnnx, Tensors) {
  const auto error = [](const std::vector<std::int64_t>& shape, const std::vector<float>& values,
                        const std::function<void(::onnx::TensorProto&)>& change = {}) {
    OnnxFile file = relu();
    auto& proto = file.constant("c", shape, values);
    if (change) change(proto);
    return reading_error(file);
  };
  EXPECT_THAT(error({INT64_MAX, INT64_MAX}, {}), HasSubstr("constant 'c' has the shape"));
  EXPECT_THAT(error({1 << 20, 1 << 20}, {}), HasSubstr("all together at most"));
  EXPECT_THAT(error({-1}, {}), HasSubstr("sizes must be at least 0"));
  EXPECT_THAT(error({0, INT64_MAX, INT64_MAX}, {}), HasSubstr("sizes must be at least 0"));
  EXPECT_THAT(error({3}, {1, 2}), HasSubstr("holds 2 values, and its shape [3] asks for 3"));
  EXPECT_THAT(error({1 << 28}, {}), HasSubstr("holds 0 values"));
  EXPECT_THAT(error({2}, {}, [](auto& proto) { proto.set_raw_data("1234567"); }),
              HasSubstr("holds 7 bytes, and its shape [2] asks for 8"));
  EXPECT_THAT(error({1}, {1}, [](auto& proto) { proto.set_data_type(999); }),
              HasSubstr("ONNX's type 999"));
  EXPECT_THAT(error({1}, {1}, [](auto& proto) { proto.set_data_type(8); }), HasSubstr("type 8"));
  EXPECT_THAT(error({1}, {1}, [](auto& proto) { proto.mutable_segment(); }),
              HasSubstr("is a segment"));
  EXPECT_THAT(error({1}, {1}, [](auto& proto) { proto.set_data_type(7); }),
              HasSubstr("holds 0 values"));
}

TEST(HostileOnnx, ExternalData) {
  const TemporaryDirectory folder;
  const auto home = folder.path() / "home";
  std::filesystem::create_directory(home);
  std::filesystem::create_directory(home / "sub");
  std::ofstream(folder.path() / "secret") << "12345678";
  std::ofstream(home / "data") << "12345678";
  std::filesystem::create_symlink(folder.path() / "secret", home / "link");
  using Entries = std::vector<std::pair<std::string, std::string>>;
  const auto error = [&](const Entries& entries) {
    OnnxFile file = relu();
    auto& proto = file.constant("c", {2}, {});
    proto.set_data_location(::onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      auto* entry = proto.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return user_error_of([&] { parse_onnx(file.bytes(), home, "'net.onnx'"); });
  };
  EXPECT_THAT(error({{"location", "../secret"}}), HasSubstr("leads out of the folder"));
  EXPECT_THAT(error({{"location", "sub/../../secret"}}), HasSubstr("leads out of the folder"));
  EXPECT_THAT(error({{"location", (folder.path() / "secret").string()}}),
              HasSubstr("from the root of the file system"));
  EXPECT_THAT(error({{"location", "link"}}), HasSubstr("is a link out of the folder"));
  EXPECT_THAT(error({{"location", "sub"}}), HasSubstr("is no file"));
  EXPECT_THAT(error({{"location", "none"}}), HasSubstr("is not there"));
  EXPECT_THAT(error({}), HasSubstr("is no file name"));
  EXPECT_THAT(error({{"location", "data"}, {"offset", "4"}}), HasSubstr("the file is cut short"));
  EXPECT_THAT(error({{"location", "data"}, {"offset", "9223372036854775807"}}),
              HasSubstr("the file is cut short"));
  EXPECT_THAT(error({{"location", "data"}, {"offset", "-4"}}), HasSubstr("a number of bytes"));
  EXPECT_THAT(error({{"location", "data"}, {"length", "1e3"}}), HasSubstr("a number of bytes"));
  EXPECT_THAT(error({{"location", "data"}, {"length", "4"}}), HasSubstr("ask for 8"));
}

// Graphs in graphs, and functions that call themselves.
TEST(HostileOnnx, Depth) {
  OnnxFile nested = relu();
  ::onnx::GraphProto* graph = &nested.graph();
  for (int i = 0; i < 200; ++i) {
    auto* attribute = graph->add_node()->add_attribute();
    attribute->set_name("body");
    attribute->set_type(::onnx::AttributeProto::GRAPH);
    graph = attribute->mutable_g();
  }
  EXPECT_THAT(reading_error(nested), HasSubstr("cannot be parsed"));

  OnnxFile endless = relu();
  endless.model().mutable_graph()->mutable_node(0)->set_domain("mine");
  auto& function = *endless.model().add_functions();
  function.set_domain("mine");
  function.set_name("Relu");
  function.add_input("a");
  function.add_output("b");
  for (int i = 0; i < 2; ++i) {
    auto& node = *function.add_node();
    node.set_domain("mine");
    node.set_op_type("Relu");
    node.add_input(i == 0 ? "a" : "t");
    node.add_output(i == 0 ? "t" : "b");
  }
  EXPECT_THAT(reading_error(endless), HasSubstr("functions must not call themselves"));
}

TEST(HostileOnnx, Versions) {
  for (const int opset : {1, 5, 26, 1000}) {
    OnnxFile file(opset);
    file.input("x", {1}).output("y");
    file.node("Relu", {"x"}, {"y"});
    EXPECT_THAT(reading_error(file), HasSubstr("6 to 25 can be read"));
  }
}

}  // namespace
}  // namespace qfx::imports
