// The verbs that need no torch, on one frozen model: run, inspect, export, verify, report.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "support/command.h"

#include "qfx/backends/target.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::FrozenRun;
using test::qfx_command;
using ::testing::HasSubstr;

json json_of(const std::vector<std::string>& arguments) {
  const ProcessResult result = qfx_command(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return json::parse(result.output);
}

TEST(FrozenModel, RunCountsWhatIsRight) {
  const FrozenRun run;
  const json all = json_of({"run", run.model, "--json"});
  EXPECT_EQ(all["images"], 32);
  EXPECT_EQ(all["data"], run.data);
  EXPECT_DOUBLE_EQ(all["accuracy"].get<double>(), all["correct"].get<double>() / 32);
  EXPECT_GT(all["images_per_second"].get<double>(), 0);
  EXPECT_EQ(json_of({"run", run.model, "--json", "--limit", "5"})["images"], 5);
  EXPECT_EQ(json_of({"run", run.model, "--json", "--threads", "1"})["correct"], all["correct"]);
  EXPECT_THAT(
      qfx_command({"run", run.model}).output,
      ::testing::ContainsRegex("integer accuracy: [0-9]+\\.[0-9][0-9] % \\([0-9]+ of 32 images"));
}

// Its least bit pattern is no value of such an input, and random samples keep clear of it.
TEST(FrozenModel, RandomVectorsAreSamplesOfASymmetricInput) {
  const FrozenRun run;
  const std::string model = (run.folder.path() / "symmetric.qfx").string();
  const std::string recipe =
      "network.zoo = \"mlp\"\n[data]\nsource = \"" + run.data +
      "\"\n[format]\nbinary_point = \"fixed\"\nint_bits = 3\n"
      "[format.input]\nwidth = 4\nsign = \"signed\"\noverflow = \"SAT_SYM\"\n";
  graph::save(graph::freeze(frontends::parse_recipe(recipe, "recipe.toml").model), model);
  const std::string project = (run.folder.path() / "project").string();
  const ProcessResult result = qfx_command(
      {"export", model, "--target", "vitis", "-o", project, "--data", "random", "--vectors", "50"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("50 golden vectors from random inputs"));
}

TEST(FrozenModel, InspectShowsFormatsWidthsAndWork) {
  const FrozenRun run;
  const json facts = json_of({"inspect", run.model, "--json"});
  EXPECT_EQ(facts["layers"].size(), 19u);
  const json& conv1 = facts["layers"][1];
  EXPECT_EQ(conv1["name"], "conv1");
  EXPECT_EQ(conv1["format"], "fixed<8,3,RND,SAT>");
  EXPECT_GT(conv1["accumulator_width"].get<int>(), 8);
  EXPECT_LE(conv1["low"].get<double>(), conv1["high"].get<double>());
  // 3x3 kernels over 1 channel, 16 outputs at 8x8 positions; without a bias each output saves one
  // add.
  EXPECT_EQ(conv1["work"]["multiplies"], 9 * 16 * 64);
  EXPECT_EQ(conv1["work"]["adds"], 8 * 16 * 64);
  EXPECT_EQ(facts["layers"][0]["accumulator_width"], nullptr);

  std::int64_t parameters = 0;
  for (const json& param : facts["params"]) {
    parameters += param["count"].get<std::int64_t>();
    std::int64_t counted = 0;
    for (const json& count : param["ones"]) counted += count.get<std::int64_t>();
    EXPECT_EQ(counted, param["count"]) << param["name"];
    if (param["name"] == "block1.conv.weight") {
      EXPECT_EQ(param["k_hot"], 2);
      EXPECT_LE(param["ones"].size(), 3u);  // none, one or two ones
    }
  }
  EXPECT_EQ(facts["parameters"], parameters);
  for (const json& layer : facts["layers"]) {
    if (layer["name"] != "block1.conv") continue;
    EXPECT_EQ(layer["work"]["multiplies"], 0);  // K-hot: shifts instead
    EXPECT_GT(layer["work"]["shifts"].get<std::int64_t>(), 0);
    EXPECT_GT(layer["ordinary_work"]["multiplies"].get<std::int64_t>(), 0);
    EXPECT_EQ(layer["ordinary_work"]["shifts"], 0);
  }
  const std::string table = qfx_command({"inspect", run.model}).output;
  for (const char* text :
       {"block1.conv.weight", "2-hot", "fixed<8,3,RND,SAT>", "sum bits", "multiplies",
        "ordinary multiplies"}) {
    EXPECT_THAT(table, HasSubstr(text));
  }
}

TEST(FrozenModel, ExportThenVerifyThenReport) {
  const FrozenRun run;
  const std::string project = run.run + "/hls";
  const ProcessResult exported =
      qfx_command({"export", run.model, "--target", "vitis", "-o", project, "--vectors", "3"});
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_THAT(exported.output, HasSubstr("3 golden vectors from " + run.data));

  const json record =
      json_of({"verify", run.model, "--project", project, "--limit", "6", "--json"});
  EXPECT_EQ(record["target"], "vitis");
  EXPECT_EQ(record["images"], 6);
  EXPECT_EQ(record["values"], 24);
  EXPECT_EQ(record["images_differ"], 0);
  EXPECT_EQ(record["values_differ"], 0);
  EXPECT_EQ(record["first"], nullptr);
  EXPECT_EQ(record["accuracy"], record["runtime_accuracy"]);
  EXPECT_EQ(json::parse(read_file(run.run + "/verify.json")), record);

  const ProcessResult reported = qfx_command({"report", run.run});
  EXPECT_EQ(reported.exit_code, 0) << reported.output;
  EXPECT_THAT(read_file(run.run + "/report.html"), HasSubstr("block1.conv.weight"));
}

TEST(FrozenModel, VerifyAgainstAllHasAVerdictPerTarget) {
  const FrozenRun run;
  const ProcessResult verified =
      qfx_command({"verify", run.model, "--against", "all", "--limit", "5"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  const json record = json::parse(read_file(run.run + "/verify.json"));
  EXPECT_EQ(record["images"], 5);
  ASSERT_FALSE(record["targets"].empty());
  std::size_t lines = record["left_out"].size();
  for (const json& target : record["targets"]) {
    EXPECT_EQ(target["values_differ"], 0);
    EXPECT_THAT(verified.output, HasSubstr(target["target"].get<std::string>() +
                                           ": 0 of 5 images differ (0 of 20 values)\n"));
    ++lines;
  }
  EXPECT_EQ(lines, backends::targets().size());

  const ProcessResult reported = qfx_command({"report", run.run});
  EXPECT_EQ(reported.exit_code, 0) << reported.output;
  EXPECT_THAT(reported.output, HasSubstr("vitis: 0 of 5 images differ (0 of 20 values)\n"));
}

// Each target's own reason is told; Verilog has every mode of both.
TEST(FrozenModel, VerifyAgainstAllSaysWhyATargetIsLeftOut) {
  const FrozenRun run;
  graph::FrozenModel model = graph::load_frozen(run.model);
  model.nodes[1].format.rounding = fixed::Rounding::RND_CONV_ODD;  // not on ap_fixed
  model.nodes.back().format.overflow = fixed::Overflow::WRAP;
  model.nodes.back().format.wrap_bits = 1;  // not on ac_fixed
  graph::save(model, run.model);
  const ProcessResult result = qfx_command({"verify", run.model, "--against", "all", "--limit", "5"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("vitis: left out: node "));
  EXPECT_THAT(result.output, HasSubstr("ap_fixed has no RND_CONV_ODD"));
  EXPECT_THAT(result.output, HasSubstr("catapult: left out: node "));
  EXPECT_THAT(result.output, HasSubstr("verilog: 0 of 5 images differ (0 of 20 values)\n"));
}

// Where a target's tool is not on the machine, it is left out as well.
TEST(FrozenModel, VerifyAgainstAllNeedsATarget) {
  const FrozenRun run;
  graph::FrozenModel model = graph::load_frozen(run.model);
  model.nodes[1].format.rounding = fixed::Rounding::RND_CONV_ODD;
  model.nodes.back().format.overflow = fixed::Overflow::WRAP;
  model.nodes.back().format.wrap_bits = 1;
  graph::save(model, run.model);
  const std::string path = std::getenv("PATH");
  setenv("PATH", run.run.c_str(), 1);  // a folder without verilator
  const ProcessResult result = qfx_command({"verify", run.model, "--against", "all"});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("cannot be verified against any target: vitis: node "));
  EXPECT_THAT(result.output, HasSubstr("verilator"));
}

TEST(FrozenModel, AVerifyThatIsStoppedLeavesNothingBehind) {
  const FrozenRun run;
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryDirectory temporary;
    const std::string path = temporary.path().string();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      setenv("TMPDIR", path.c_str(), 1);
      execl(test::qfx_program().c_str(), "qfx", "verify", run.model.c_str(), nullptr);
      _exit(127);
    }
    // In its folder, for a compiler that is ended may leave some behind.
    const auto compiles = [&] {
      const std::filesystem::recursive_directory_iterator all(path);
      return std::any_of(begin(all), end(all), [](const auto& entry) {
        return entry.path().filename().string().starts_with("cc");
      });
    };
    const auto files = [&] { return std::distance(std::filesystem::directory_iterator(path), {}); };
    for (int i = 0; i < 3000 && !compiles(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(compiles());
    EXPECT_EQ(files(), 1);
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 128 + signal);
    EXPECT_EQ(files(), 0);
    EXPECT_FALSE(std::filesystem::exists(run.run + "/verify.json"));
  }
}

TEST(FrozenModel, AProjectOfAnotherModelFailsTheCheck) {
  const FrozenRun run;
  const std::string project = run.run + "/hls";
  ASSERT_EQ(
      qfx_command({"export", run.model, "--target", "vitis", "-o", project, "--data", "random"})
          .exit_code,
      0);
  graph::FrozenModel model = graph::load_frozen(run.model);
  for (graph::FrozenNode& node : model.nodes) {
    if (node.name == "classifier") node.params.at(graph::Role::Bias).raw[1] += 1;
  }
  graph::save(model, run.model);
  const ProcessResult result =
      qfx_command({"verify", run.model, "--project", project, "--limit", "4"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output, HasSubstr("first difference: layer classifier, image 0, index [1]"));
  EXPECT_THAT(result.output, HasSubstr("vitis: 4 of 4 images differ (4 of 16 values)"));
}

TEST(FrozenModel, WithoutDataTheGoldenVectorsAreRandomAndTheSameEverywhere) {
  const FrozenRun run;
  const std::string alone = (run.folder.path() / "alone.qfx").string();
  std::filesystem::copy_file(run.model, alone);
  const std::string project = (run.folder.path() / "hls").string();
  const ProcessResult result = qfx_command({"export", alone, "--target", "vitis", "-o", project});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("16 golden vectors from random inputs"));
}

}  // namespace
}  // namespace qfx
