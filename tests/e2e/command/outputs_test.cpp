// A network with several outputs on the command line: what is said of it, its predictions, its
// projects and their verification.
#include "qfx/graph/outputs.h"

#include <cmath>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/data_files.h"
#include "support/random_numbers.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kSamples = 7;

// Two heads of one trunk, which leaves too, and samples without labels.
struct Detector {
  TemporaryDirectory folder;
  std::string model = (folder.path() / "detector.qfx").string();
  std::string data = (folder.path() / "samples.npy").string();

  Detector() {
    graph::Builder b("detector");
    const auto trunk = b.relu(
        b.conv2d(b.input({1, 6, 6}), {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}}),
        "trunk");
    const auto boxes = b.conv2d(trunk, {.out_channels = 2, .kernel = {3, 3}}, "boxes");
    const auto scores =
        b.linear(b.flatten(b.global_avg_pool2d(trunk)), {.out_features = 4}, "scores");
    graph::save(test::with_random_numbers(b.finish({scores, boxes, trunk})), model);
    std::string bytes;
    for (int i = 0; i < kSamples * 36; ++i) bytes += static_cast<char>(i * 29 % 16);
    test::write(data, test::npy("|u1", "(7, 1, 6, 6)", bytes));
  }
};

std::vector<std::string> first_line(const std::string& path) {
  std::vector<std::string> cells(1);
  for (const char c : read_file(path)) {
    if (c == '\n') break;
    if (c == ',')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

TEST(SeveralOutputs, ArePredictedUnderTheirNames) {
  const Detector detector;
  const std::string csv = (detector.folder.path() / "p.csv").string();
  const ProcessResult result =
      qfx_command({"run", detector.model, "--data", detector.data, "--predictions", csv});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("the network has 3 outputs, so there is nothing to compare"));
  const std::vector<std::string> heading = first_line(csv);
  constexpr std::size_t kValues = 4 + 2 * 16 + 3 * 36;
  ASSERT_EQ(heading.size(), 1 + 2 * kValues);
  EXPECT_EQ(heading[1], "output_scores_0");
  EXPECT_EQ(heading[5], "output_boxes_0");
  EXPECT_EQ(heading[1 + 4 + 32], "output_trunk_0");
  EXPECT_EQ(heading[1 + kValues], "raw_scores_0");

  const std::string npy = (detector.folder.path() / "p.npy").string();
  ASSERT_EQ(
      qfx_command({"run", detector.model, "--data", detector.data, "--predictions", npy}).exit_code,
      0);
  EXPECT_THAT(read_file(npy),
              HasSubstr("('output_scores', '<f8', (4,)), ('raw_scores', '<i4', (4,)), "
                        "('output_boxes', '<f8', (32,))"));
}

TEST(SeveralOutputs, AreInspected) {
  const Detector detector;
  const ProcessResult text = qfx_command({"inspect", detector.model});
  EXPECT_THAT(text.output, HasSubstr("3 outputs: scores (4 values), boxes (32 values), trunk"));
  const json facts = json::parse(qfx_command({"inspect", detector.model, "--json"}).output);
  EXPECT_EQ(facts["outputs"][1]["name"], "boxes");
  EXPECT_EQ(facts["outputs"][1]["values"], 32);
}

TEST(SeveralOutputs, AreVerifiedAgainstEveryTarget) {
  const Detector detector;
  const ProcessResult result =
      qfx_command({"verify", detector.model, "--data", detector.data, "--against", "all"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* target : {"vitis", "catapult", "verilog"})
    EXPECT_THAT(result.output,
                HasSubstr(std::string(target) + ": 0 of 7 images differ (0 of 1008 values)"));
}

// The bench of an exported project finds a wrong value, and says of which output it is.
TEST(SeveralOutputs, TheTestBenchComparesEach) {
  const Detector detector;
  const std::string project = (detector.folder.path() / "project").string();
  const ProcessResult exported = qfx_command({"export", detector.model, "--target", "vitis", "-o",
                                              project, "--data", detector.data, "--vectors", "3"});
  ASSERT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_TRUE(path_exists(project + "/board/design.json"));
  EXPECT_THAT(read_file(project + "/README.md"), HasSubstr("Every output has a DMA of its own"));
  const std::string top = read_file(project + "/firmware/detector.h");
  for (const char* port : {"m_axis_scores", "m_axis_boxes", "m_axis_trunk"})
    EXPECT_THAT(top, HasSubstr(port));
}

}  // namespace
}  // namespace qfx
