// overflows = "forbid": a run whose model loses values where it must not ends with exit code 1 and
// says where; the model is written all the same.
#ifdef QFX_WITH_TORCH

#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Forbidding {
  TemporaryDirectory folder;
  std::string data = test::write_tiny_data(folder.path() / "data");
  std::string recipe = (folder.path() / "r.toml").string();
  std::string run = (folder.path() / "run").string();

  explicit Forbidding(const std::string& formats) {
    test::write(recipe, "network.zoo = \"tiny_resnet\"\n[data]\nsource = \"" + data +
                            "\"\nbatch_size = 16\n[float]\nepochs = 2\n[fixed]\nepochs = 2\n"
                            "[calibration]\nimages = 32\n" +
                            formats);
  }
  json summary() const { return json::parse(read_file(run + "/summary.json")); }
};

TEST(Overflows, ForbiddenOnesFailTheRunAndSayWhere) {
  // Samples reach 0.99, the input's format 0.5; the output of relu1 goes far beyond 1/16.
  const Forbidding f(
      "[format.input]\nformat = \"ufixed<8,-1,RND,SAT>\"\noverflows = \"forbid\"\n"
      "[[format.override]]\nmatch = [\"relu1\", \"conv1.weight\"]\noverflows = \"forbid\"\n"
      "[[format.override]]\nmatch = \"relu1\"\nformat = \"ufixed<6,-4,RND,SAT>\"\n"
      "[[format.override]]\nmatch = \"conv1.weight\"\nbinary_point = \"fixed\"\nint_bits = 4\n");
  for (const char* verb : {"train", "ptq"}) {
    const std::string run = f.run + verb;
    const ProcessResult result = qfx_command({verb, f.recipe, "--out", run});
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_THAT(result.output, AllOf(HasSubstr("forbidden overflow: input, "),
                                     HasSubstr(" of 2,048 values on the test set"),
                                     HasSubstr("forbidden overflow: relu1, "),
                                     HasSubstr("the check overflows = \"forbid\" failed")));
    EXPECT_THAT(result.output, Not(HasSubstr("conv1.weight,")));
    EXPECT_EQ(result.output.find("on the last epoch") != std::string::npos,
              std::string(verb) == "train");
    EXPECT_TRUE(std::filesystem::exists(run + "/model.qfx"));
    const json summary = json::parse(read_file(run + "/summary.json"));
    const json& first = summary["forbidden_overflows"][0];
    EXPECT_EQ(first["tensor"], "input");
    EXPECT_EQ(first["values"], 32 * 64);
    EXPECT_GT(first["overflows"], 0);
  }
  EXPECT_EQ(qfx_command({"train", "--out", f.run + "train", "--resume"}).exit_code, 1)
      << "a run that is resumed after its end judges the same";
}

TEST(Overflows, KeptOrAllowedTheRunIsFine) {
  const Forbidding kept(
      "[format]\noverflows = \"forbid\"\nwidth = 20\nbinary_point = \"fixed\"\nint_bits = 9\n");
  const ProcessResult result = qfx_command({"train", kept.recipe, "--out", kept.run});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(kept.summary()["forbidden_overflows"].empty());

  const Forbidding allowed("[format.input]\nformat = \"ufixed<8,-1,RND,SAT>\"\n");
  EXPECT_EQ(qfx_command({"train", allowed.recipe, "--out", allowed.run}).exit_code, 0);
  // Counted all the same, the input too, in every epoch and for the frozen model.
  std::istringstream log(read_file(allowed.run + "/log.jsonl"));
  int counted = 0;
  for (std::string line; std::getline(log, line);) {
    const json event = json::parse(line);
    if (!event.contains("overflows")) continue;
    EXPECT_GT(event["overflows"].at("input"), 0.1) << line;
    EXPECT_EQ(event["overflows"].size(), event["formats"].size()) << "every tensor that casts";
    ++counted;
  }
  EXPECT_EQ(counted, 3);
}

TEST(Overflows, TheEpochLineSaysWhatMoved) {
  const Forbidding f("");
  const ProcessResult result = qfx_command({"train", f.recipe, "--out", f.run});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(
      result.output,
      ::testing::ContainsRegex(
          "fixed epoch 2: .*, (no point|[0-9]+ points?) moved(, [a-z0-9.]+ most \\(.*\\))?"));
}

}  // namespace
}  // namespace qfx

#endif
