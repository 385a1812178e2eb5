// Quantized ONNX files as a person moves them: one that comes in becomes the integers that it says,
// one that goes out comes back as the integers that it was, and what no file can say is refused.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/onnx_file.h"
#include "support/zip_file.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/outputs.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"

namespace qfx::test {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kImages = 32, kPixels = 64;

// Bytes of write_tiny_data's test split over 256, image by image.
std::vector<double> tiny_samples(const std::string& source) {
  const std::string file = read_file(source.substr(source.find(':') + 1) + "/test_x.npy");
  std::vector<double> samples;
  for (std::size_t i = file.size() - kImages * kPixels; i < file.size(); ++i)
    samples.push_back(static_cast<unsigned char>(file[i]) / 256.0);
  return samples;
}

// The columns of a file of predictions whose names begin so.
std::vector<double> columns_of(const std::string& path, const std::string& beginning) {
  std::istringstream lines(read_file(path));
  std::vector<bool> taken;
  std::vector<double> values;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::size_t column = 0;
    const bool is_head = taken.empty();
    for (std::string cell; std::getline(cells, cell, ','); ++column) {
      if (is_head)
        taken.push_back(cell.starts_with(beginning));
      else if (taken.at(column))
        values.push_back(std::stod(cell));
    }
  }
  return values;
}

void expect_success(const std::vector<std::string>& arguments) {
  const ProcessResult result = qfx_command(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.output;
}

std::string floats_npy(const std::vector<double>& values, const std::string& shape) {
  const std::vector<float> singles(values.begin(), values.end());
  return npy("<f4", shape,
             {reinterpret_cast<const char*>(singles.data()), singles.size() * sizeof(float)});
}

void add_power_of_two_quant(OnnxFile& file, const std::string& x, const std::string& y, int bits,
                            int frac_bits, bool is_signed, const std::string& rounding) {
  file.constant(y + ".s", {}, {std::ldexp(1.0F, -frac_bits)});
  file.constant(y + ".z", {}, {0});
  file.constant(y + ".b", {}, {static_cast<float>(bits)});
  file.node("Quant", {x, y + ".s", y + ".z", y + ".b"}, {y})
      .domain("qonnx.custom_op.general")
      .integer("signed", is_signed)
      .integer("narrow", 0)
      .text("rounding_mode", rounding);
}

// [1, 1, 8, 8] to four classes.
OnnxFile quantized_classifier() {
  OnnxFile file(13);
  file.input("x", {1, 1, 8, 8}).output("y");
  add_power_of_two_quant(file, "x", "xq", 6, 6, false, "ROUND");
  file.weights("w", {3, 1, 3, 3});
  add_power_of_two_quant(file, "w", "wq", 5, 4, true, "ROUND");
  file.node("Conv", {"xq", "wq"}, {"c"}).named("conv").ints("pads", {1, 1, 1, 1});
  file.node("Relu", {"c"}, {"r"}).named("relu");
  add_power_of_two_quant(file, "r", "rq", 4, 3, false, "FLOOR");
  file.node("MaxPool", {"rq"}, {"p"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
  file.node("Flatten", {"p"}, {"f"});
  file.weights("m", {48, 4});
  add_power_of_two_quant(file, "m", "mq", 4, 3, true, "ROUND");
  file.node("MatMul", {"f", "mq"}, {"s"}).named("fc");
  add_power_of_two_quant(file, "s", "y", 8, 4, true, "HALF_UP");
  return file;
}

struct Room {
  TemporaryDirectory folder;
  std::string data = write_tiny_data(folder.path() / "data");
  std::string in(const std::string& name) const { return (folder.path() / name).string(); }
};

#ifdef QFX_WITH_TORCH
// The frozen model of a file, and what it says of the test images, in NAME.csv.
void freeze_and_run(const Room& room, const std::string& file, const std::string& name) {
  expect_success({"import", file, "-o", room.in(name), "--data", room.data, "--input",
                  "divisor=256"});
  expect_success({"ptq", room.in(name) + "/recipe.toml", "--out", room.in(name) + "/run"});
  expect_success({"run", room.in(name) + "/run/model.qfx", "--predictions", room.in(name) + ".csv"});
}

TEST(QuantizedFile, BecomesTheIntegersThatItSays) {
  const Room room;
  const std::string file = room.in("net.onnx"), bytes = quantized_classifier().bytes();
  write(file, bytes);
  freeze_and_run(room, file, "mine");
  const imports::Source source = imports::parse_onnx(bytes, {}, "'net.onnx'");
  const std::vector<double> samples = tiny_samples(room.data);
  std::vector<double> wanted;
  for (auto first = samples.begin(); first != samples.end(); first += kPixels) {
    const auto values = imports::run(
        source, {{"x", imports::Tensor::of({1, 1, 8, 8}, {first, first + kPixels})}});
    const std::vector<double>& y = values.at("y").reals;
    wanted.insert(wanted.end(), y.begin(), y.end());
  }
  EXPECT_EQ(columns_of(room.in("mine.csv"), "output_"), wanted);
  EXPECT_GT(std::ranges::max(wanted), std::ranges::min(wanted));
}

// By way of the file the model is the same function, and a second file of it too.
TEST(QuantizedFile, GoesOutAndComesBackAsTheSameIntegers) {
  const Room room;
  write(room.in("net.onnx"), quantized_classifier().bytes());
  freeze_and_run(room, room.in("net.onnx"), "mine");
  const auto wanted = columns_of(room.in("mine.csv"), "raw_");
  for (const std::string name : {"again", "third"}) {
    const std::string before = name == "again" ? "mine" : "again";
    expect_success({"export", room.in(before) + "/run/model.qfx", "--target", "qonnx", "-o",
                    room.in(name + ".onnx")});
    freeze_and_run(room, room.in(name + ".onnx"), name);
    EXPECT_EQ(columns_of(room.in(name + ".csv"), "raw_"), wanted) << name;
  }
}

// The demo's network, with its batch norms, sums of branches and means.
TEST(QuantizedFile, OfAResidualNetworkComesBackToo) {
  const Room room;
  const FrozenRun run;
  expect_success({"export", run.model, "--target", "qonnx", "-o", room.in("net.onnx")});
  freeze_and_run(room, room.in("net.onnx"), "again");
  expect_success({"run", run.model, "--data", room.data, "--predictions", room.in("first.csv")});
  const auto wanted = columns_of(room.in("first.csv"), "output_");
  EXPECT_EQ(wanted.size(), 4U * kImages);
  EXPECT_EQ(columns_of(room.in("again.csv"), "output_"), wanted);
}
#endif

// Both forms of the file give every value that `qfx run` gives.
TEST(QuantizedFile, IsCheckedAgainstTheModelItIsOf) {
  const Room room;
  const FrozenRun run;
  expect_success({"run", run.model, "--predictions", room.in("p.csv")});
  std::vector<double> samples = tiny_samples(run.data);
  write(room.in("golden.npz"),
        zip({{"in0.npy", floats_npy(samples, "(32, 1, 8, 8)")},
             {"out0.npy", floats_npy(columns_of(room.in("p.csv"), "output_"), "(32, 4)")}},
            false));
  for (const char* form : {"--plain", ""}) {
    std::vector<std::string> arguments{"export", run.model, "--target", "qonnx",
                                       "-o",     room.in("net.onnx")};
    if (*form != 0) arguments.emplace_back(form);
    expect_success(arguments);
    const ProcessResult check =
        qfx_command({"import", room.in("net.onnx"), "--check", room.in("golden.npz")});
    EXPECT_EQ(check.exit_code, 0) << check.output;
    EXPECT_THAT(check.output, HasSubstr("largest difference 0.000e+00")) << form;
  }
  // A folder: the file has the model's name there.
  expect_success({"export", run.model, "--target", "qonnx", "-o", room.in("folder")});
  EXPECT_TRUE(is_file(room.in("folder") + "/" + graph::load_frozen(run.model).name + ".onnx"));
}

// A convolution whose output is cast so.
std::string frozen_conv(const Room& room, fixed::Overflow overflow, int width, bool accumulates) {
  graph::Builder builder("net");
  const auto x = builder.input({2, 4, 4});
  graph::Conv2d conv{.out_channels = 3, .kernel = {3, 3}};
  if (accumulates) conv.accumulator = fixed::Format{.width = 12, .int_bits = 6};
  builder.conv2d(x, conv, "conv");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.is_signed = true;
    node.spec.width = width;
    node.spec.int_bits = 2;
    node.spec.overflow = overflow;
    for (auto& [role, param] : node.params) {
      param.spec.int_bits = 1;
      param.spec.width = width;
    }
  }
  const std::string path = room.in("net.qfx");
  graph::save(graph::freeze(model), path);
  return path;
}

TEST(QuantizedFile, WhatNoFileSaysIsOneSentenceAndNoFile) {
  const Room room;
  const std::string out = room.in("net.onnx");
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& what) {
    const ProcessResult result = qfx_command(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.output;
    EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
    EXPECT_THAT(result.output, HasSubstr(what));
    EXPECT_FALSE(path_exists(out));
  };
  using enum fixed::Overflow;
  for (const bool plain : {false, true}) {
    std::vector<std::string> arguments{"export", "", "--target", "qonnx", "-o", out};
    if (plain) arguments.emplace_back("--plain");
    arguments[1] = frozen_conv(room, WRAP_SM, 7, false);
    refused(arguments, "node 'input'");
    arguments[1] = frozen_conv(room, SAT, 7, true);
    refused(arguments, "rounds after every addition");
    arguments[1] = frozen_conv(room, SAT, 16, false);
    refused(arguments, "no Conv in double precision");
  }
  const std::string model = frozen_conv(room, SAT, 7, false);
  refused({"export", model, "--target", "vitis", "-o", out, "--plain"}, "--target qonnx");
  refused({"export", model, "--target", "qonnx", "-o", model}, "cannot be made");
  refused({"export", model, "--target", "qonnx", "-o", room.in("no/where/net.onnx")}, "no/where");
  refused({"export", room.in("none.qfx"), "--target", "qonnx", "-o", out}, "none.qfx");
}

}  // namespace
}  // namespace qfx::test
