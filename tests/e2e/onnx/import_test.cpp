// qfx import as a person runs it: a file becomes a graph, a recipe and a text, and what is wrong
// with it becomes one sentence and no file.
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/data_files.h"
#include "support/onnx_file.h"
#include "support/zip_file.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/file.h"
#include "qfx/graph/outputs.h"

namespace qfx::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// [1, 3, 4, 4] through a convolution of ones, a ReLU and a mean to three classes.
OnnxFile small_network() {
  OnnxFile file;
  file.input("x", {-1, 3, 4, 4}).output("y");
  file.constant("w", {3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  file.node("Conv", {"x", "w"}, {"c"}).named("the conv/1");
  file.node("Relu", {"c"}, {"r"}).named("act");
  file.node("GlobalAveragePool", {"r"}, {"g"}).named("pool");
  file.node("Flatten", {"g"}, {"y"});
  return file;
}

std::string npy_of(const std::vector<float>& values, const std::string& shape) {
  return npy("<f4", shape,
             {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

// Samples whose channels are 1, 2 and 3, and outputs that the network gives them, plus `error`.
std::string golden(float error, bool packed) {
  std::vector<float> samples;
  for (int i = 0; i < 48; ++i) samples.push_back(static_cast<float>(i / 16 + 1));
  return zip({{"in0.npy", npy_of(samples, "(1, 3, 4, 4)")},
              {"out0.npy", npy_of({1, 2, 3 + error}, "(1, 3)")}},
             packed);
}

struct Folder {
  TemporaryDirectory temporary;
  std::string file(const std::string& name, const std::string& content) const {
    write(temporary.path() / name, content);
    return (temporary.path() / name).string();
  }
  std::string out() const { return (temporary.path() / "out").string(); }
};

TEST(Import, WritesAGraphARecipeAndAText) {
  const Folder folder;
  const std::string model = folder.file("net.onnx", small_network().bytes());
  const ProcessResult result = qfx_command({"import", model, "-o", folder.out()});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const graph::Model graph = graph::load_model(folder.out() + "/model.graph");
  EXPECT_EQ(graph.nodes.front().shape, graph::Shape({3, 4, 4}));
  EXPECT_EQ(graph.nodes[1].name, "the_conv_1");
  const std::string text = read_file(folder.out() + "/import.txt");
  EXPECT_THAT(text, HasSubstr("'the conv/1'"));
  EXPECT_THAT(text, HasSubstr("the_conv_1"));
  EXPECT_THAT(text, HasSubstr("the batch is 1"));
}

// With data of the network's shape the recipe is one that parses, whose weights have a point for
// each channel.
TEST(Import, TheRecipeIsOne) {
  const Folder folder;
  const auto data = folder.temporary.path() / "data";
  std::filesystem::create_directories(data);
  std::string samples;
  for (int i = 0; i < 6 * 48; ++i) samples += static_cast<char>(i % 251);
  for (const char* split : {"train", "test"}) {
    write(data / (std::string(split) + "_x.npy"), npy("|u1", "(6, 3, 4, 4)", samples));
    write(data / (std::string(split) + "_y.npy"),
          npy("|u1", "(6,)", std::string("\0\1\2\0\1\2", 6)));
  }
  const std::string source = "npy:" + data.string();
  const std::string model = folder.file("net.onnx", small_network().bytes());
  const ProcessResult result = qfx_command(
      {"import", model, "-o", folder.out(), "--data", source, "--input", "divisor=255"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("float accuracy"));
  const std::string recipe = read_file(folder.out() + "/recipe.toml");
  const frontends::Recipe parsed = frontends::parse_recipe(recipe, "recipe.toml");
  EXPECT_EQ(parsed.name, "net");
  const graph::Node& conv = parsed.model.nodes.at(1);
  EXPECT_EQ(conv.params.at(graph::Role::Weight).spec.granularity, graph::Granularity::PerChannel);
  EXPECT_EQ(std::get<graph::Input>(parsed.model.nodes[0].op).preprocess.divisor, 255);
#ifdef QFX_WITH_TORCH
  const ProcessResult calibrated =
      qfx_command({"ptq", folder.out() + "/recipe.toml", "--out", folder.out() + "/run"});
  EXPECT_EQ(calibrated.exit_code, 0) << calibrated.output;
  EXPECT_TRUE(is_file(folder.out() + "/run/model.qfx"));
#endif
}

TEST(Import, ChecksAgainstTheUsersOwnRun) {
  const Folder folder;
  const std::string model = folder.file("net.onnx", small_network().bytes());
  for (const bool packed : {false, true}) {
    const std::string right = folder.file("right.npz", golden(0, packed));
    const std::string wrong = folder.file("wrong.npz", golden(0.01F, packed));
    const ProcessResult good = qfx_command({"import", model, "-o", folder.out(), "--check", right});
    EXPECT_EQ(good.exit_code, 0) << good.output;
    EXPECT_THAT(good.output, HasSubstr("largest difference 0.000e+00"));
    const ProcessResult bad = qfx_command({"import", model, "-o", folder.out(), "--check", wrong});
    EXPECT_EQ(bad.exit_code, 1) << bad.output;
    EXPECT_THAT(bad.output, HasSubstr("largest difference 1.000e-02"));
  }
  const std::string none = folder.file("none.npz", zip({}, false));
  EXPECT_EQ(qfx_command({"import", model, "--check", none}).exit_code, 2);
  const std::string broken = folder.file("broken.npz", golden(0, true).substr(0, 300));
  EXPECT_EQ(qfx_command({"import", model, "--check", broken}).exit_code, 2);
}

// A small detector: boxes and scores at two scales and an embedding, of one trunk; 'trunk' itself
// leaves as well.
OnnxFile detector() {
  OnnxFile file;
  file.input("image", {-1, 3, 8, 8});
  for (const char* name : {"boxes", "scores", "boxes2", "embedding", "trunk"}) file.output(name);
  file.weights("w1", {6, 3, 3, 3});
  file.weights("w2", {8, 6, 3, 3});
  file.weights("wb", {4, 6, 1, 1});
  file.weights("ws", {2, 6, 1, 1});
  file.weights("wd", {4, 8, 1, 1});
  file.node("Conv", {"image", "w1"}, {"c1"}).ints("pads", {1, 1, 1, 1});
  file.node("Relu", {"c1"}, {"trunk"});
  file.node("Conv", {"trunk", "wb"}, {"boxes_nchw"});
  file.node("Transpose", {"boxes_nchw"}, {"boxes"}).ints("perm", {0, 2, 3, 1});
  file.node("Conv", {"trunk", "ws"}, {"s"});
  file.node("Sigmoid", {"s"}, {"scores"});
  file.node("Conv", {"trunk", "w2"}, {"c2"}).ints("strides", {2, 2}).ints("pads", {1, 1, 1, 1});
  file.node("Relu", {"c2"}, {"deep"});
  file.node("Conv", {"deep", "wd"}, {"boxes2"});
  file.node("GlobalAveragePool", {"deep"}, {"g"});
  file.node("Flatten", {"g"}, {"embedding"});
  return file;
}

TEST(Import, ADetectorKeepsItsHeads) {
  const Folder folder;
  const std::string model = folder.file("detector.onnx", detector().bytes());
  const ProcessResult result = qfx_command({"import", model, "-o", folder.out()});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("outputs '"));
  const graph::Model graph = graph::load_model(folder.out() + "/model.graph");
  const std::vector<graph::OutputPart> parts = graph::output_parts(graph);
  ASSERT_EQ(parts.size(), 5U);
  const std::vector<std::int64_t> sizes{4 * 64, 2 * 64, 4 * 16, 8, 6 * 64};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(parts[i].size, sizes[i]);
  EXPECT_THAT(read_file(folder.out() + "/import.txt"),
              HasSubstr("output 'boxes' of the file has the shape [1, 8, 8, 4]"));
  // Two of them, in another order; what the others need is not there.
  const ProcessResult cut =
      qfx_command({"import", model, "-o", folder.out(), "--outputs", "scores,boxes"});
  ASSERT_EQ(cut.exit_code, 0) << cut.output;
  const graph::Model two = graph::load_model(folder.out() + "/model.graph");
  EXPECT_EQ(two.outputs.size(), 2U);
  EXPECT_LT(two.nodes.size(), graph.nodes.size());
}

// The outputs of the file in the arrays out0, out1, ...: of those that are imported.
TEST(Import, EveryOutputIsChecked) {
  const Folder folder;
  OnnxFile file;
  file.input("x", {-1, 2, 2, 2}).output("a").output("b");
  file.node("Relu", {"x"}, {"a"});
  file.node("Neg", {"x"}, {"b"});
  const std::string model = folder.file("two.onnx", file.bytes());
  const std::vector<float> x{1, -2, 3, -4, 5, -6, 7, -8};
  const std::vector<float> a{1, 0, 3, 0, 5, 0, 7, 0}, b{-1, 2, -3, 4, -5, 6, -7, 8};
  const auto arrays = [&](const std::vector<float>& second) {
    return zip({{"in0.npy", npy_of(x, "(1, 2, 2, 2)")},
                {"out0.npy", npy_of(a, "(1, 2, 2, 2)")},
                {"out1.npy", npy_of(second, "(1, 2, 2, 2)")}},
               false);
  };
  const std::string right = folder.file("right.npz", arrays(b));
  const ProcessResult good = qfx_command({"import", model, "--check", right});
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("check of 'b': largest difference 0.000e+00"));
  const std::string wrong = folder.file("wrong.npz", arrays(a));
  EXPECT_EQ(qfx_command({"import", model, "--check", wrong}).exit_code, 1);
  EXPECT_EQ(qfx_command({"import", model, "--outputs", "a", "--check", wrong}).exit_code, 0);
}

// Behind a sigmoid single precision is exact to 1e-7 of 1: of values near 1e-4 that is a thousandth.
TEST(Import, SinglePrecisionsOwnErrorIsNoDifference) {
  const Folder folder;
  OnnxFile file;
  file.input("x", {-1, 3}).output("y");
  file.node("Sigmoid", {"x"}, {"y"});
  const std::string model = folder.file("scores.onnx", file.bytes());
  const std::vector<float> x{-9, -9.5F, -10};
  const auto checked = [&](double error) {
    std::vector<float> y;
    for (const float value : x)
      y.push_back(static_cast<float>(1 / (1 + std::exp(-double{value})) + error));
    return qfx_command({"import", model, "--check",
                        folder.file("scores.npz", zip({{"in0.npy", npy_of(x, "(1, 3)")},
                                                       {"out0.npy", npy_of(y, "(1, 3)")}},
                                                      false))});
  };
  const ProcessResult small = checked(1e-7);
  EXPECT_EQ(small.exit_code, 0) << small.output;
  EXPECT_THAT(small.output, HasSubstr("single precision's own"));
  const ProcessResult large = checked(1e-5);
  EXPECT_EQ(large.exit_code, 1) << large.output;
  EXPECT_THAT(large.output, Not(HasSubstr("single precision's own")));
}

TEST(Import, WhatIsWrongIsOneSentenceAndNoFile) {
  const Folder folder;
  OnnxFile unsupported = small_network();
  unsupported.graph().mutable_node(1)->set_op_type("LRN");
  OnnxFile circle = small_network();
  circle.graph().mutable_node(0)->set_input(0, "y");
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"empty", ""},
      {"text", "not a network"},
      {"cut short", small_network().bytes().substr(0, 60)},
      {"unsupported", unsupported.bytes()},
      {"a circle", circle.bytes()}};
  for (const auto& [name, content] : wrong) {
    const std::string model = folder.file("net.onnx", content);
    const ProcessResult result = qfx_command({"import", model, "-o", folder.out()});
    EXPECT_EQ(result.exit_code, 2) << name << ": " << result.output;
    EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
    EXPECT_FALSE(path_exists(folder.out())) << name;
  }
  EXPECT_THAT(
      qfx_command({"import", folder.file("net.onnx", unsupported.bytes()), "-o", folder.out()})
          .output,
      HasSubstr("--outputs 'c'"));
  EXPECT_EQ(qfx_command({"import", "nowhere.onnx", "-o", folder.out()}).exit_code, 2);
  EXPECT_EQ(qfx_command({"import"}).exit_code, 2);
  const std::string model = folder.file("net.onnx", small_network().bytes());
  EXPECT_EQ(qfx_command({"import", model}).exit_code, 2);
  EXPECT_EQ(qfx_command({"import", model, "-o", folder.out(), "--input", "colour=3"}).exit_code, 2);
  EXPECT_EQ(qfx_command({"import", model, "-o", folder.out(), "--input-shape", "3,a"}).exit_code,
            2);
}

TEST(Import, ListsItsOperators) {
  const ProcessResult result = qfx_command({"import", "--list"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* name : {"Conv", "auto_pad", "com.microsoft.FusedConv", "global_avg_pool2d"})
    EXPECT_THAT(result.output, HasSubstr(name));
  EXPECT_THAT(result.output, Not(HasSubstr("LSTM")));
}

}  // namespace
}  // namespace qfx::test
