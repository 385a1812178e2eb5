// What a quantized network may not say: one sentence, never another network.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "support/onnx_file.h"
#include "support/user_error.h"

#include "qfx/imports/import.h"
#include "qfx/imports/onnx.h"

namespace qfx::imports {
namespace {

using test::OnnxFile;
using testing::AllOf;
using testing::HasSubstr;

struct Given {
  float scale = 0.25F, zero = 0, bits = 8;
  const char* rounding = "ROUND";
};

// A Quant named 'bad' between a convolution and the output.
std::string quant_error(const Given& given, const std::function<void(OnnxFile&)>& more = {}) {
  OnnxFile file(13);
  file.input("x", {1, 3, 6, 6}).output("y");
  file.weights("w", {3, 3, 1, 1});
  file.node("Conv", {"x", "w"}, {"c"}).named("first");
  file.constant("s", {}, {given.scale});
  file.constant("z", {}, {given.zero});
  file.constant("b", {}, {given.bits});
  file.node("Quant", {"c", "s", "z", "b"}, {"y"})
      .named("bad")
      .domain("qonnx.custom_op.general")
      .integer("signed", 1)
      .integer("narrow", 0)
      .text("rounding_mode", given.rounding);
  if (more) more(file);
  const std::string error = test::user_error_of(
      [&] { import_source(parse_onnx(file.bytes(), {}, "'net.onnx'"), {}, "net"); });
  EXPECT_EQ(error.find('\n'), error.npos) << error;
  return error;
}

TEST(QuantizedRefused, ParametersOfAQuant) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(quant_error({}), "");
  EXPECT_THAT(quant_error({.scale = 0}),
              AllOf(HasSubstr("node 'bad' (Quant)"), HasSubstr("above 0"), HasSubstr("--outputs")));
  EXPECT_THAT(quant_error({.scale = -1}), HasSubstr("above 0"));
  EXPECT_THAT(quant_error({.scale = infinity}), HasSubstr("above 0"));
  EXPECT_THAT(quant_error({.scale = std::numeric_limits<float>::quiet_NaN()}),
              HasSubstr("above 0"));
  EXPECT_THAT(quant_error({.scale = 1e-30F}), HasSubstr("beyond 2^-64"));
  EXPECT_THAT(quant_error({.zero = 0.5F}), HasSubstr("it must be a whole number"));
  EXPECT_THAT(quant_error({.bits = 3.5F}), HasSubstr("its bit width is 3.5"));
  EXPECT_THAT(quant_error({.bits = 0}), HasSubstr("its bit width is 0"));
  EXPECT_THAT(quant_error({.bits = 1e9F}), HasSubstr("its bit width is"));
  EXPECT_THAT(quant_error({.rounding = "CEIL"}), HasSubstr("its rounding_mode is 'CEIL'"));
  EXPECT_THAT(quant_error({.rounding = "UP"}), HasSubstr("its rounding_mode"));
  EXPECT_THAT(quant_error({.zero = 3, .rounding = "DOWN"}), HasSubstr("the zero point 3"));
}

TEST(QuantizedRefused, ScalesThatDependOnSamples) {
  OnnxFile file(13);
  file.input("x", {1, 4}).output("y");
  file.constant("z", {}, {0});
  file.constant("b", {}, {8});
  file.node("ReduceMax", {"x"}, {"s"}).integer("keepdims", 0);
  file.node("Quant", {"x", "s", "z", "b"}, {"y"}).domain("onnx.brevitas");
  EXPECT_THAT(test::user_error_of([&] {
                import_source(parse_onnx(file.bytes(), {}, "'net.onnx'"), {}, "net");
              }),
              HasSubstr("its scale is computed from the samples"));
}

std::string linear_error(const std::function<void(OnnxFile&)>& write) {
  OnnxFile file(13);
  file.input("x", {1, 4}).output("y");
  file.constant("s", {}, {0.1F});
  auto& zero = *file.graph().add_initializer();
  zero.set_name("z");
  zero.set_data_type(2);
  zero.add_int32_data(10);
  write(file);
  return test::user_error_of(
      [&] { import_source(parse_onnx(file.bytes(), {}, "'net.onnx'"), {}, "net"); });
}

TEST(QuantizedRefused, IntegersThatAreComputedWith) {
  EXPECT_THAT(linear_error([](OnnxFile& file) {
                file.node("QuantizeLinear", {"x", "s", "z"}, {"y"}).named("last");
              }),
              AllOf(HasSubstr("node 'last'"), HasSubstr("ends in its integers")));
  EXPECT_THAT(linear_error([](OnnxFile& file) {
                file.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
                file.node("Add", {"q", "q"}, {"a"}).named("sum");
                file.node("DequantizeLinear", {"a", "s", "z"}, {"y"});
              }),
              HasSubstr("computes on the integers"));
  EXPECT_THAT(linear_error([](OnnxFile& file) {
                file.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
                file.node("DequantizeLinear", {"q", "s"}, {"y"}).named("other");
              }),
              HasSubstr("its zero point is not that of"));
}

}  // namespace
}  // namespace qfx::imports
