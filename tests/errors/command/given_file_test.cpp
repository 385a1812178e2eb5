// A file or folder of another kind than the verb takes: the message says what it is and what to
// give instead.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "support/command.h"

#include "qfx/base/text.h"

namespace qfx {
namespace {

using test::FrozenRun;
using test::qfx_command;
using ::testing::HasSubstr;

void expect_told(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& fragments) {
  const ProcessResult result = qfx_command(arguments);
  EXPECT_EQ(result.exit_code, 2) << join(arguments, " ") << "\n" << result.output;
  for (const std::string& fragment : fragments)
    EXPECT_THAT(result.output, HasSubstr(fragment)) << join(arguments, " ");
}

// The verbs that take a model, each with all that it needs.
std::vector<std::vector<std::string>> with_model(const std::string& given,
                                                 const std::string& folder) {
  return {{"run", given},
          {"inspect", given},
          {"verify", given},
          {"export", given, "--target", "vitis", "-o", folder + "/project"}};
}

TEST(GivenFile, WhatIsNoModelIsNamed) {
  const FrozenRun run;
  const std::string folder = run.folder.path().string();
  const std::string recipe = run.run + "/recipe.toml";
  std::ofstream(folder + "/x.npy") << "x";
  std::ofstream(folder + "/x.onnx") << "x";
  for (const auto& command : with_model(recipe, folder))
    expect_told(command, {"is a recipe", "train it first: qfx train " + recipe + " --out RUN"});
  for (const auto& command : with_model(run.run, folder))
    expect_told(command, {"is a run folder", "its model is " + run.model});
  for (const auto& command : with_model(folder + "/x.npy", folder))
    expect_told(command, {"is data", "after --data"});
  for (const auto& command : with_model(folder + "/x.onnx", folder))
    expect_told(command, {"is another tool's model", "model.qfx"});
  for (const auto& command : with_model(folder, folder)) expect_told(command, {"is a folder"});
  ASSERT_EQ(qfx_command({"export", run.model, "--target", "vitis", "-o", folder + "/p"}).exit_code,
            0);
  expect_told({"run", folder + "/p"}, {"is an exported project", "it was exported from"});
  std::filesystem::remove(run.model);
  expect_told({"run", run.run}, {"has no model.qfx yet", "--resume"});
}

TEST(GivenFile, WhatIsNoRecipeOrRunIsNamed) {
  const FrozenRun run;
  const std::string out = run.folder.path() / "out";
  for (const char* verb : {"train", "ptq"}) {
    expect_told({verb, run.run, "--out", out},
                {"is a run folder", "its recipe is " + run.run + "/recipe.toml", "--resume"});
    expect_told({verb, run.model, "--out", out},
                {"is a frozen model", "was trained by is " + run.run + "/recipe.toml"});
    expect_told({verb, run.folder.path(), "--out", out}, {"is a folder", "data.source"});
  }
  EXPECT_FALSE(std::filesystem::exists(out));
  expect_told({"freeze", run.model}, {"is a frozen model", "wants a run folder"});
  expect_told({"freeze", run.run + "/recipe.toml"}, {"is a recipe", "qfx train"});
  expect_told({"report", run.run + "/recipe.toml"}, {"is a recipe", "a run folder or a frozen"});
}

TEST(GivenFile, DataThatMovedIsAskedFor) {
  const FrozenRun run;
  const std::string path = run.data.substr(run.data.find(':') + 1);
  std::filesystem::rename(path, path + "_elsewhere");
  for (const char* verb : {"run", "verify"})
    expect_told({verb, run.model},
                {path, "The recipe of the run folder names this data", "--data"});
  EXPECT_EQ(qfx_command({"run", run.model, "--data", run.data + "_elsewhere"}).exit_code, 0);
}

TEST(GivenFile, AnotherToolsVerbIsKnown) {
  for (const auto& [word, verb] :
       std::vector<std::pair<std::string, std::string>>{{"predict", "run"},
                                                        {"evaluate", "run"},
                                                        {"infer", "run"},
                                                        {"fit", "train"},
                                                        {"quantize", "ptq"},
                                                        {"compile", "export"},
                                                        {"simulate", "verify"},
                                                        {"summary", "inspect"},
                                                        {"plot", "report"}})
    expect_told({word, "x"}, {"'" + word + "' is not a verb", "did you mean '" + verb + "'?"});
  expect_told({"train", "r.toml", "--out", "x", "--epochs", "3"},
              {"has no option --epochs", "stands in the recipe"});
  expect_told({"export", "m.qfx", "--backend", "vitis", "-o", "x"}, {"did you mean --target?"});
}

}  // namespace
}  // namespace qfx
