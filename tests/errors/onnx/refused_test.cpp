// What is not supported: node, operator, the nearest form, the cut that leaves it out.
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
using test::OnnxNode;
using test::user_error_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string error_of(const OnnxFile& file, const ImportOptions& options = {}) {
  const std::string error = user_error_of(
      [&] { import_source(parse_onnx(file.bytes(), {}, "'net.onnx'"), options, "net"); });
  EXPECT_EQ(error.find('\n'), error.npos) << error;
  EXPECT_LT(error.size(), 600U) << error;
  return error;
}

// A node named 'bad' behind a convolution.
std::string behind_conv(const std::function<void(OnnxFile&)>& write, std::int64_t opset = 17) {
  OnnxFile file(opset);
  file.input("x", {1, 3, 8, 9}).output("y");
  file.weights("w", {4, 3, 3, 3});
  file.node("Conv", {"x", "w"}, {"c"}).named("first");
  write(file);
  return error_of(file);
}

std::string behind_conv(const std::string& op,
                        const std::function<void(OnnxNode&)>& attributes = {},
                        std::int64_t opset = 17) {
  return behind_conv(
      [&](OnnxFile& file) {
        OnnxNode node = file.node(op, {"c"}, {"y"}).named("bad");
        if (attributes) attributes(node);
      },
      opset);
}

TEST(RefusedOnnx, SaysNodeOperatorNearestFormAndCut) {
  EXPECT_THAT(behind_conv("LRN"),
              AllOf(HasSubstr("node 'bad' (LRN)"), HasSubstr("BatchNormalization"),
                    HasSubstr("--outputs 'c'")));
  EXPECT_THAT(behind_conv("ReduceProd"), AllOf(HasSubstr("'bad'"), HasSubstr("--outputs 'c'")));
  EXPECT_THAT(behind_conv("Reluu"), HasSubstr("the nearest name is Relu"));
  EXPECT_THAT(behind_conv("Relu", [](OnnxNode& node) { node.integer("fancy", 1); }),
              HasSubstr("its attribute 'fancy' is not known here"));
  EXPECT_THAT(behind_conv("Points", [](OnnxNode& node) { node.domain("qfx").floats("x", {1, 2}); }),
              HasSubstr("its attribute y is no list of numbers"));
  EXPECT_THAT(behind_conv("Relu", [](OnnxNode& node) { node.domain("secret.ops"); }),
              HasSubstr("its domain 'secret.ops' is not known"));
  EXPECT_THAT(behind_conv("Upsample", [](OnnxNode& node) { node.text("mode", "cubic"); }),
              HasSubstr("its mode is 'cubic', whose weights have no exact form of few bits"));
  EXPECT_THAT(
      behind_conv("MultiThreshold", [](OnnxNode& node) { node.domain("finn.custom_op.general"); }),
      HasSubstr("before FINN's conversion"));
  EXPECT_THAT(
      behind_conv("FloatQuant", [](OnnxNode& node) { node.domain("qonnx.custom_op.general"); }),
      HasSubstr("Quant, IntQuant, BipolarQuant and Trunc are"));
  EXPECT_THAT(behind_conv("DynamicQuantizeLinear"), HasSubstr("quantize statically"));
}

TEST(RefusedOnnx, FormsOfOperatorsThatAreHere) {
  EXPECT_THAT(behind_conv("MaxPool",
                          [](OnnxNode& node) {
                            node.ints("kernel_shape", {2, 2}).ints("pads", {2, 0, 0, 0});
                          }),
              HasSubstr("lies on padding alone"));
  EXPECT_THAT(behind_conv("MaxPool",
                          [](OnnxNode& node) {
                            node.ints("kernel_shape", {1, 1}).ints("strides", {3, 4});
                            node.text("auto_pad", "SAME_UPPER");
                          }),
              HasSubstr("what its auto_pad means with a kernel of 1, a stride of 3"));
  EXPECT_THAT(behind_conv("AveragePool",
                          [](OnnxNode& node) {
                            node.ints("kernel_shape", {2, 2}).ints("dilations", {2, 2});
                            node.text("auto_pad", "SAME_LOWER");
                          }, 19),
              HasSubstr("differs between tools; the nearest are pads"));
  EXPECT_THAT(behind_conv("Softmax", [](OnnxNode& node) { node.integer("axis", 3); }),
              HasSubstr("the nearest is a softmax over the channels"));
  EXPECT_THAT(behind_conv("ReduceMean", [](OnnxNode& node) { node.ints("axes", {1, 2}); }),
              HasSubstr("the nearest is a reduction of height and width"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("sizes", {1, 4, 263, 7});
                file.node("Resize", {"c", "", "", "sizes"}, {"y"})
                    .text("mode", "linear")
                    .text("coordinate_transformation_mode", "align_corners");
              }),
              HasSubstr("it makes 263 places of 6, which is no fraction of small numbers"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("pads", {0, 0, 6, 0, 0, 0, 0, 0});
                file.node("Pad", {"c", "pads"}, {"y"}).text("mode", "reflect");
              }),
              HasSubstr("its mode 'reflect' adds more places than the 6 of its axis allow"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("pads", {0, 0, 1, 0, 0, 0, -1, 0});
                file.node("Pad", {"c", "pads"}, {"y"}).text("mode", "edge");
              }),
              HasSubstr("its pads cut something off; the nearest is a Slice before it"));
  EXPECT_THAT(behind_conv("Conv"), HasSubstr("it has 1 inputs; 2 to 3 are allowed"));
  EXPECT_THAT(behind_conv("HardSigmoid", [](OnnxNode& node) { node.integer("alpha", 1); }),
              HasSubstr("its attribute alpha is not a number"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.weights("m", {6, 7});
                file.node("Add", {"c", "m"}, {"y"});
              }),
              HasSubstr("one for each channel"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("places", {0, 3, 4, 1, 2});
                file.node("Gather", {"c", "places"}, {"t"}).integer("axis", 3);
                file.weights("k", {2, 4, 3, 3});
                file.node("Conv", {"t", "k"}, {"y"});
              }),
              HasSubstr("takes its values in an order that no layer makes"));
}

TEST(RefusedOnnx, OutputsAndInputs) {
  OnnxFile two;
  two.input("x", {1, 4}).output("y").output("z");
  two.node("Relu", {"x"}, {"y"});
  two.node("Neg", {"x"}, {"z"});
  EXPECT_EQ(error_of(two), "");
  EXPECT_EQ(error_of(two, {.outputs = {"z"}}), "");
  EXPECT_THAT(error_of(two, {.outputs = {"yy"}}), HasSubstr("the nearest is 'y'"));
  EXPECT_THAT(error_of(two, {.outputs = {"z", "z"}}), HasSubstr("names 'z' twice"));
  two.output("k");
  two.constant("c", {2}, {1, 2});
  two.node("Relu", {"c"}, {"k"});
  EXPECT_THAT(error_of(two), AllOf(HasSubstr("output 'k' does not depend on its input"),
                                   HasSubstr("leave it out with --outputs")));
  OnnxFile inputs;
  inputs.input("x", {1, 4}).input("u", {1, 4}).output("y");
  inputs.node("Add", {"x", "u"}, {"y"});
  EXPECT_THAT(error_of(inputs), HasSubstr("the inputs 'x', 'u'"));
  OnnxFile constant;
  constant.input("x", {1, 4}).output("y");
  constant.constant("k", {2}, {1, 2});
  constant.node("Relu", {"k"}, {"y"});
  EXPECT_THAT(error_of(constant), HasSubstr("depends on no input"));
}

TEST(RefusedOnnx, ShapesOfInputs) {
  const auto error = [](const std::vector<std::int64_t>& shape, const ImportOptions& options = {}) {
    OnnxFile file;
    file.input("x", shape).output("y");
    file.node("Relu", {"x"}, {"y"});
    return error_of(file, options);
  };
  EXPECT_EQ(error({-1, 3, 8, 8}), "");
  EXPECT_THAT(error({-1, 3, -1, -1}), HasSubstr("--input-shape"));
  EXPECT_EQ(error({-1, 3, -1, -1}, {.input_shape = Shape{3, 8, 8}}), "");
  EXPECT_EQ(error({-1, 3, -1, -1}, {.input_shape = Shape{1, 3, 8, 8}}), "");
  EXPECT_THAT(error({-1, 3, 8, 8}, {.input_shape = Shape{3, 9, 8}}), HasSubstr("are fixed"));
  EXPECT_THAT(error({-1, 3, 8, 8}, {.input_shape = Shape{9, 8}}), HasSubstr("has 2 sizes"));
  EXPECT_THAT(error({16, 3, 8, 8}), HasSubstr("a batch of 16; say one sample with --input-shape 3,8,8,"));
  EXPECT_EQ(error({16, 3, 8, 8}, {.input_shape = Shape{3, 8, 8}}), "");
  EXPECT_THAT(error({1, 1 << 20, 1 << 20}), HasSubstr("too large"));
  EXPECT_THAT(error({1, INT64_MAX, INT64_MAX}), HasSubstr("has a size of"));
}

TEST(RefusedOnnx, Values) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    OnnxFile file;
    file.input("x", {1, 2}).output("y");
    file.constant("w", {1, 2}, {1, value});
    file.node("Gemm", {"x", "w"}, {"y"}).integer("transB", 1).named("fc");
    EXPECT_THAT(error_of(file), HasSubstr("node 'fc' (Gemm): one of its constants is"));
  }
  OnnxFile zero;
  zero.input("x", {1, 2}).output("y");
  zero.constant("k", {}, {0});
  zero.node("Div", {"x", "k"}, {"y"});
  EXPECT_THAT(error_of(zero), HasSubstr("one of its constants is inf"));
}

// A window far out, in which another branch holds: not taken for the function outside of it.
TEST(RefusedOnnx, WindowsOfAWhere) {
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                for (const auto& [name, value] : {std::pair{"from", 100.0F}, {"to", 105.0F}, {"two", 2.0F}})
                  file.constant(name, {}, {value});
                file.node("Greater", {"c", "from"}, {"above"}).named("bad");
                file.node("Less", {"c", "to"}, {"below"});
                file.node("And", {"above", "below"}, {"inside"});
                file.node("Sigmoid", {"c"}, {"s"});
                file.node("Mul", {"s", "two"}, {"t"});
                file.node("Where", {"inside", "t", "s"}, {"y"});
              }),
              HasSubstr("(Greater): it is here for constants alone"));
}

// Small files that ask for much.
TEST(RefusedOnnx, Sizes) {
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("s", {1 << 14, 1 << 14, 1});
                file.node("ConstantOfShape", {"s"}, {"k"});
                file.node("Add", {"c", "k"}, {"y"});
              }),
              HasSubstr("more than 134217728 values"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("s", {1, 4, INT64_MAX, INT64_MAX});
                file.node("Reshape", {"c", "s"}, {"y"});
              }),
              HasSubstr("its shape holds"));
  EXPECT_THAT(behind_conv("Conv", [](OnnxNode& node) { node.proto().add_input("w"); }),
              HasSubstr("node 'bad' (Conv)"));
  EXPECT_THAT(behind_conv("MaxPool",
                          [](OnnxNode& node) {
                            node.ints("kernel_shape", {1, 1}).ints("strides", {0, 1});
                          }),
              HasSubstr("its strides holds 0"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                for (const auto& [name, value] : {std::pair{"from", 4}, {"to", 9}, {"axis", 1}})
                  file.integers(name, {value});
                file.node("Slice", {"c", "from", "to", "axis"}, {"none"}).named("bad");
                file.node("Sigmoid", {"none"}, {"y"});
              }),
              HasSubstr("node 'bad' (Slice): its output has the shape [1, 0, 6, 7], which holds no value"));
  EXPECT_THAT(behind_conv([](OnnxFile& file) {
                file.integers("shape", {1, 168});
                file.node("Reshape", {"c", "shape"}, {"v"});
                file.node("Relu", {"v"}, {"y"});
              }),
              Not(HasSubstr("Reshape")));
}

}  // namespace
}  // namespace qfx::imports
