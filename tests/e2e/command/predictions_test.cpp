// qfx run beyond a number: predictions as files, measures, samples without labels.
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/image_files.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::FrozenRun;
using test::qfx_command;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

json json_from(const std::vector<std::string>& arguments) {
  const ProcessResult result = qfx_command(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return json::parse(result.output);
}

void name_classes(const FrozenRun& run) {
  graph::FrozenModel model = graph::load_frozen(run.model);
  model.task.names = {"dark", "dim, \"so so\"", "light", "b\xc3\xa9ni"};
  graph::save(model, run.model);
}

// Rows of cells; quotes taken off.
std::vector<std::vector<std::string>> csv_rows(const std::string& path) {
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  const std::string text = read_file(path);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '"' && text[i + 1] == '"') {
      cell += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == ',' || text[i] == '\n')) {
      rows.back().push_back(std::move(cell));
      cell.clear();
      if (text[i] == '\n') rows.emplace_back();
    } else {
      cell += text[i];
    }
  }
  rows.pop_back();
  return rows;
}

TEST(Predictions, ACsvSaysWhatEverySampleIsAndWasSaidToBe) {
  const FrozenRun run;
  name_classes(run);
  const std::string file = (run.folder.path() / "p.csv").string();
  const json all = json_from({"run", run.model, "--json", "--predictions", file});
  const auto rows = csv_rows(file);
  ASSERT_EQ(rows.size(), 33u);
  EXPECT_THAT(rows[0], ElementsAre("sample", "label", "label_name", "predicted", "predicted_name",
                                   "output_dark", "output_dim, \"so so\"", "output_light",
                                   "output_b\xc3\xa9ni", "raw_dark", "raw_dim, \"so so\"",
                                   "raw_light", "raw_b\xc3\xa9ni"));
  const graph::FrozenModel model = graph::load_frozen(run.model);
  int correct = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), rows[0].size());
    EXPECT_EQ(rows[i][0], std::to_string(i - 1));
    EXPECT_EQ(rows[i][1], std::to_string((i - 1) % 4));
    EXPECT_EQ(rows[i][2], model.task.names[(i - 1) % 4]);
    const auto answer = static_cast<std::size_t>(std::stoi(rows[i][3]));
    EXPECT_EQ(rows[i][4], model.task.names[answer]);
    for (std::size_t k = 0; k < 4; ++k) {
      const int raw = std::stoi(rows[i][9 + k]);
      EXPECT_EQ(std::stod(rows[i][5 + k]), std::ldexp(raw, -model.nodes.back().format.frac_bits()));
      EXPECT_LE(raw, std::stoi(rows[i][9 + answer]));
    }
    correct += rows[i][1] == rows[i][3];
  }
  EXPECT_EQ(all["correct"], correct);
  EXPECT_EQ(all["predictions"], file);
}

TEST(Predictions, AnNpyHoldsRecords) {
  const FrozenRun run;
  const std::string file = (run.folder.path() / "p.npy").string();
  ASSERT_EQ(qfx_command({"run", run.model, "--limit", "3", "--predictions", file}).exit_code, 0);
  const std::string bytes = read_file(file);
  EXPECT_THAT(bytes, HasSubstr("[('label', '<i4'), ('predicted', '<i4'), ('output', '<f8', (4,)), "
                               "('raw', '<i4', (4,))]"));
  EXPECT_EQ((bytes.size() - 3 * (4 + 4 + 32 + 16)) % 64, 0u);
}

TEST(Predictions, APathThatCannotBeWrittenIsToldBeforeTheWork) {
  const FrozenRun run;
  const auto output = [&](const std::string& path) {
    const ProcessResult result = qfx_command({"run", run.model, "--predictions", path});
    EXPECT_EQ(result.exit_code, 2) << result.output;
    return result.output;
  };
  EXPECT_THAT(output("p.txt"), HasSubstr("--predictions 'p.txt' must end with .csv or .npy"));
  EXPECT_THAT(output("/nowhere/p.csv"), HasSubstr("there is no folder /nowhere"));
  const std::string folder = (run.folder.path() / "d.csv").string();
  std::filesystem::create_directory(folder);
  EXPECT_THAT(output(folder), HasSubstr("is a folder"));
}

TEST(Predictions, SamplesWithoutLabelsAreRunAndNothingIsCompared) {
  const FrozenRun run;
  const std::string array = run.data.substr(4) + "/test_x.npy";
  const std::string file = (run.folder.path() / "p.csv").string();
  const ProcessResult result = qfx_command({"run", run.model, "--data", array});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("32 images of " + array +
                                       ": they have no labels, so there "
                                       "is nothing to compare; --predictions FILE.csv"));
  EXPECT_THAT(result.output, Not(HasSubstr("accuracy")));
  const json all = json_from({"run", run.model, "--data", array, "--json", "--predictions", file});
  EXPECT_EQ(all["measures"], nullptr);
  EXPECT_FALSE(all.contains("accuracy"));
  const auto rows = csv_rows(file);
  ASSERT_EQ(rows.size(), 33u);
  EXPECT_THAT(rows[0], ElementsAre("sample", "predicted", "output_0", "output_1", "output_2",
                                   "output_3", "raw_0", "raw_1", "raw_2", "raw_3"));
  const std::string labelled = (run.folder.path() / "l.csv").string();
  ASSERT_EQ(qfx_command({"run", run.model, "--predictions", labelled}).exit_code, 0);
  EXPECT_EQ(csv_rows(labelled)[7][2], rows[7][1]) << "labels change no prediction";
}

TEST(Predictions, AFolderOfPicturesHasFileNames) {
  const FrozenRun run;
  const auto folder = run.folder.path() / "new";
  std::filesystem::create_directory(folder);
  test::write(folder / "b.png", test::png_file(4, 4, 1, std::vector<std::uint8_t>(16, 200)));
  test::write(folder / "a.jpg", test::jpeg_file(8, 8, 3, std::vector<std::uint8_t>(192, 3)));
  const std::string file = (run.folder.path() / "p.csv").string();
  const ProcessResult result =
      qfx_command({"run", run.model, "--data", folder.string(), "--predictions", file});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("1 of 2 pictures are resized to the model's 8 x 8 pixels"));
  const auto rows = csv_rows(file);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1][1], (folder / "a.jpg").string());
  EXPECT_EQ(rows[2][1], (folder / "b.png").string());
  const ProcessResult missing = qfx_command({"run", run.model, "--data", "nothing.png"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.output, HasSubstr("--data 'nothing.png': there is no such file"));
}

TEST(RunMeasures, ClassesAndTheMatrixAreOnTheTerminalAndInJson) {
  const FrozenRun run;
  name_classes(run);
  const std::string text = qfx_command({"run", run.model}).output;
  EXPECT_THAT(text, HasSubstr("recall"));
  EXPECT_THAT(text, HasSubstr("0 dark"));
  EXPECT_THAT(text, HasSubstr("answered:"));
  const json measures = json_from({"run", run.model, "--json"})["measures"];
  EXPECT_EQ(measures["headline"]["name"], "accuracy");
  EXPECT_EQ(measures["classes"].size(), 4u);
  EXPECT_EQ(measures["classes"][0]["name"], "dark");
  int total = 0;
  for (const json& row : measures["confusion"])
    for (const json& cell : row) total += cell.get<int>();
  EXPECT_EQ(total, 32);
}

TEST(RunMeasures, AreInVerifyJsonToo) {
  const FrozenRun run;
  const json record = json_from({"verify", run.model, "--limit", "6", "--json"});
  EXPECT_EQ(record["measures"], record["runtime_measures"]);
  EXPECT_EQ(record["measures"]["samples"], 6);
  EXPECT_EQ(record["accuracy"], record["measures"]["accuracy"]);
}

TEST(InspectTask, ShowsNamesAndLoss) {
  const FrozenRun run;
  EXPECT_THAT(qfx_command({"inspect", run.model}).output,
              HasSubstr("task: cross_entropy, 4 classes"));
  name_classes(run);
  EXPECT_THAT(qfx_command({"inspect", run.model}).output,
              HasSubstr("classes: 0 dark, 1 dim, \"so so\", 2 light, 3 b\xc3\xa9ni\n"));
  const json task = json_from({"inspect", run.model, "--json"})["task"];
  EXPECT_EQ(task["loss"], "cross_entropy");
  EXPECT_EQ(task["rebuilds_input"], false);
  EXPECT_EQ(task["names"][3], "b\xc3\xa9ni");
}

}  // namespace
}  // namespace qfx
