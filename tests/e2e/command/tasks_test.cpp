// Tasks that are not about classes: run, verify and their files measure them as they are.
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Nobody trained it: an mlp on six samples of four numbers, as initialised.
struct TaskRun {
  TemporaryDirectory folder;
  std::string model = (folder.path() / "run/model.qfx").string();

  // labels: the content of y, (6, width) floats, or (6,) bytes where the width is 0.
  TaskRun(const std::string& task, std::int64_t width, const std::string& labels) {
    std::filesystem::create_directories(folder.path() / "data");
    std::filesystem::create_directories(folder.path() / "run");
    std::string samples;
    for (int i = 0; i < 24; ++i)
      samples += test::bytes_of<float>({static_cast<float>(i % 7) / 4 - 0.5F});
    for (const std::string split : {"train", "test"}) {
      test::write(folder.path() / "data" / (split + "_x.npy"), test::npy("<f4", "(6, 4)", samples));
      test::write(folder.path() / "data" / (split + "_y.npy"),
                  width == 0 ? test::npy("|u1", "(6,)", labels)
                             : test::npy("<f4", fmt::format("(6, {})", width), labels));
    }
    const std::string recipe = task + "network.zoo = \"mlp\"\nnetwork.hidden = [5]\n[data]\n" +
                               (width == 0 ? "target = \"input\"\n" : "") +
                               "source = \"npy:" + (folder.path() / "data").string() +
                               "\"\n[format]\nbinary_point = \"fixed\"\nint_bits = 3\n";
    test::write(folder.path() / "run/recipe.toml", recipe);
    graph::save(graph::freeze(frontends::parse_recipe(recipe, "recipe.toml").model), model);
  }

  json run() const {
    const ProcessResult result = qfx_command({"run", model, "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return json::parse(result.output)["measures"];
  }
};

std::string floats(int count, float value) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += test::bytes_of<float>({value * static_cast<float>(i)});
  return bytes;
}

std::string first_line(const std::string& path) {
  const std::string text = read_file(path);
  return text.substr(0, text.find('\n'));
}

TEST(Tasks, NumbersAreMeasuredAndVerifiedByBits) {
  const TaskRun run("loss = \"mse\"\n", 2, floats(12, 0.25F));
  const json measures = run.run();
  EXPECT_EQ(measures["headline"]["name"], "RMSE");
  EXPECT_EQ(measures["outputs"].size(), 2u);
  EXPECT_NEAR(measures["loss"]["value"].get<double>(), std::pow(measures["rmse"].get<double>(), 2),
              1e-9);
  EXPECT_THAT(qfx_command({"run", run.model}).output, StartsWith("integer RMSE: "));
  const std::string file = (run.folder.path() / "p.csv").string();
  ASSERT_EQ(qfx_command({"run", run.model, "--predictions", file}).exit_code, 0);
  EXPECT_EQ(first_line(file), "sample,target_0,target_1,output_0,output_1,raw_0,raw_1");

  const ProcessResult verified = qfx_command({"verify", run.model, "--json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  const json record = json::parse(verified.output);
  EXPECT_EQ(record["values_differ"], 0);
  EXPECT_EQ(record["runtime_measures"], measures);
  EXPECT_EQ(record["measures"], measures);
  EXPECT_EQ(record["accuracy"], nullptr);
  EXPECT_EQ(record["correct"], nullptr);
}

TEST(Tasks, LabelsAreCountedOneByOne) {
  std::string labels;
  for (int i = 0; i < 18; ++i) labels += test::bytes_of<float>({static_cast<float>(i % 2)});
  const TaskRun run("loss = \"bce\"\n", 3, labels);
  const json measures = run.run();
  EXPECT_EQ(measures["headline"]["name"], "label accuracy");
  EXPECT_EQ(measures["labels"].size(), 3u);
  EXPECT_EQ(measures["labels"][1]["samples"], 3);
  const std::string file = (run.folder.path() / "p.csv").string();
  ASSERT_EQ(qfx_command({"run", run.model, "--predictions", file}).exit_code, 0);
  EXPECT_THAT(first_line(file), StartsWith("sample,target_0,target_1,target_2,predicted_0,"));
}

TEST(Tasks, WhatIsRebuiltHasItsErrorAndLabelsSayWhatIsOdd) {
  const TaskRun run("loss = \"mse\"\n", 0, std::string("\0\1\0\0\1\0", 6));
  const json measures = run.run();
  EXPECT_EQ(measures["headline"]["name"], "reconstruction error");
  EXPECT_EQ(measures["odd"], 2);
  EXPECT_GE(measures["auc"].get<double>(), 0);
  const double mean =
      (2 * measures["error_of_odd"].get<double>() + 4 * measures["error_of_others"].get<double>()) /
      6;
  EXPECT_NEAR(measures["reconstruction_error"].get<double>(), mean, 1e-12);
  const std::string file = (run.folder.path() / "p.csv").string();
  ASSERT_EQ(qfx_command({"run", run.model, "--predictions", file}).exit_code, 0);
  EXPECT_THAT(first_line(file), StartsWith("sample,label,error,output_0,"));
  EXPECT_THAT(qfx_command({"inspect", run.model}).output,
              HasSubstr("task: mse, 4 outputs: the input rebuilt"));
  // Samples without labels have their error too.
  const std::string array = (run.folder.path() / "data/test_x.npy").string();
  const ProcessResult alone = qfx_command({"run", run.model, "--data", array});
  EXPECT_THAT(alone.output, StartsWith("integer reconstruction error: ")) << alone.output;
}

}  // namespace
}  // namespace qfx
