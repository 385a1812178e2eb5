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
