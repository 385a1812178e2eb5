// What a person gets wrong on the command line: exit code 2 and a sentence.
#include <filesystem>
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

constexpr int kUserFault = 2;

void expect_error(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& fragments) {
  const ProcessResult result = qfx_command(arguments);
  EXPECT_EQ(result.exit_code, kUserFault) << join(arguments, " ") << "\n" << result.output;
  EXPECT_THAT(result.output, ::testing::StartsWith("qfx: "));
  for (const std::string& fragment : fragments) EXPECT_THAT(result.output, HasSubstr(fragment));
}

TEST(CommandLine, ANameThatNoSystemHoldsIsTheUsersFault) {
  const std::string name(5000, 'n');
  for (const char* verb : {"inspect", "run", "verify", "report", "freeze"})
    expect_error({verb, name}, {"nnn"});
  const FrozenRun run;
  for (const char* verb : {"train", "ptq"})
    expect_error({verb, name, "--out", (run.folder.path() / "out").string()}, {"nnn"});
  expect_error({"export", run.model, "--target", "vitis", "--output", name}, {"nnn"});
  expect_error({"inspect", name + "/model.qfx"}, {"nnn"});
}

TEST(CommandLine, HelpAndVersionAreNoErrors) {
  const ProcessResult version = qfx_command({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, ::testing::MatchesRegex("qfx [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--help"}}) {
    const ProcessResult help = qfx_command(arguments);
    EXPECT_EQ(help.exit_code, 0);
    for (const char* verb : {"import", "train", "ptq", "start", "freeze", "run", "export", "verify",
                             "inspect", "report"}) {
      EXPECT_THAT(help.output, HasSubstr(verb));
      EXPECT_EQ(qfx_command({verb, "--help"}).exit_code, 0) << verb;
    }
  }
}

TEST(CommandLine, AnUnknownVerbNamesTheNearest) {
  expect_error({"trian", "x.toml"}, {"'trian' is not a verb", "did you mean 'train'", "inspect"});
  expect_error({"RUN"}, {"'RUN' is not a verb"});
}

TEST(CommandLine, AnUnknownOptionNamesTheNearest) {
  expect_error({"run", "m.qfx", "--limt", "3"},
               {"qfx run has no option --limt", "did you mean --limit"});
  expect_error({"verify", "m.qfx", "--jsn"},
               {"qfx verify has no option --jsn", "did you mean --json"});
  expect_error({"--vresion"}, {"qfx has no option --vresion", "did you mean --version"});
}

TEST(CommandLine, WhatIsMissingOrTooMuchIsNamed) {
  expect_error({"run"}, {"qfx run: ", "model", "required", "qfx run --help"});
  expect_error({"train", "r.toml"}, {"qfx train: ", "--out", "required"});
  expect_error({"export", "m.qfx"}, {"qfx export: ", "required"});
  expect_error({"inspect", "a.qfx", "b.qfx"}, {"qfx inspect takes no further argument", "'b.qfx'"});
}

TEST(CommandLine, AWrongValueIsNamed) {
  expect_error({"run", "m.qfx", "--limit", "many"}, {"qfx run: ", "--limit", "many"});
  expect_error({"run", "m.qfx", "--limit", "-3"}, {"qfx run: ", "--limit", "-3"});
  expect_error({"run", "m.qfx", "--limit", "99999999999999999999"}, {"qfx run: ", "--limit"});
  expect_error({"export", "m.qfx", "--target", "vitis", "-o", "x", "--vectors", "0"},
               {"--vectors", "0"});
}

TEST(CommandInput, AMissingFileIsNamedWithTheSystemsReason) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "/nowhere/m.qfx", "--data", "fashion-mnist"},
        {"inspect", "/nowhere/m.qfx"},
        {"verify", "/nowhere/m.qfx", "--data", "fashion-mnist"},
        {"export", "/nowhere/m.qfx", "--target", "vitis", "-o", "/nowhere/hls"},
        {"report", "/nowhere/m.qfx", "-o", "/nowhere/r.html"}}) {
    expect_error(arguments, {"/nowhere"});
  }
}

TEST(CommandInput, ADamagedModelIsToldFromAGoodOne) {
  const FrozenRun run;
  EXPECT_EQ(qfx_command({"inspect", run.model}).exit_code, 0);
  std::string bytes = read_file(run.model);
  bytes[bytes.size() - 5] ^= 1;
  test::write(run.model, bytes);
  expect_error({"inspect", run.model}, {"model.qfx", "checksum"});
  expect_error({"run", run.model}, {"model.qfx", "checksum"});
  test::write(run.model, bytes.substr(0, bytes.size() / 2));
  expect_error({"inspect", run.model}, {"model.qfx"});
  test::write(run.model, "not a model");
  expect_error({"inspect", run.model}, {"model.qfx"});
}

TEST(CommandInput, AModelOutsideARunNeedsItsDataNamed) {
  const FrozenRun run;
  const std::string alone = (run.folder.path() / "alone.qfx").string();
  std::filesystem::copy_file(run.model, alone);
  expect_error({"run", alone}, {"alone.qfx does not say which data", "--data fashion-mnist"});
  expect_error({"verify", alone}, {"does not say which data", "--data"});
  EXPECT_EQ(qfx_command({"run", alone, "--data", run.data}).exit_code, 0);
}

TEST(CommandInput, UnreadableDataIsNamed) {
  const FrozenRun run;
  expect_error({"run", run.model, "--data", "npy:/nowhere"}, {"/nowhere", "not a folder"});
  expect_error({"run", run.model, "--data", "mnist"}, {"mnist", "fashion-mnist"});
  const std::string other = test::write_tiny_data(run.folder.path() / "other", {.height = 9});
  expect_error({"run", run.model, "--data", other}, {"[1, 9, 8]", "[1, 8, 8]", "--data"});
  test::write(run.run + "/recipe.toml", "seed = 3\n");
  expect_error({"run", run.model}, {"recipe.toml", "data.source"});
}

TEST(CommandInput, ALabelWithoutAnOutputIsRefused) {
  const FrozenRun run;
  const std::string more = test::write_tiny_data(run.folder.path() / "more", {.classes = 6});
  for (const char* verb : {"run", "verify"}) {
    expect_error({verb, run.model, "--data", more},
                 {"sample 4 of " + more + " has label 4", "4 outputs", "0 to 3 are allowed"});
    const ProcessResult first = qfx_command({verb, run.model, "--data", more, "--limit", "4"});
    EXPECT_EQ(first.exit_code, 0) << "none of these has such a label\n" << first.output;
  }
}

TEST(CommandInput, AnUnknownTargetNamesTheNearest) {
  const FrozenRun run;
  expect_error({"export", run.model, "--target", "vits", "-o", run.run + "/x"},
               {"the target 'vits' is not known", "did you mean 'vitis'"});
  expect_error({"export", run.model, "--target", "qonx", "-o", run.run + "/x"},
               {"the target 'qonx' is not known", "did you mean 'qonnx'"});
  expect_error({"verify", run.model, "--against", "vits"},
               {"the target 'vits' is not known", "did you mean 'vitis'"});
  EXPECT_FALSE(std::filesystem::exists(run.run + "/x"));
}

TEST(CommandInput, AProjectThatIsNoneIsRefused) {
  const FrozenRun run;
  expect_error({"verify", run.model, "--project", "/nowhere/hls"},
               {"--project /nowhere/hls is not a folder", "qfx export"});
  expect_error({"verify", run.model, "--project", run.run}, {run.run});
  expect_error({"verify", run.model, "--project", run.run, "--against", "all"},
               {"--project is a project of one target", "--against"});
}

TEST(CommandInput, AnExportOverSomethingElseIsRefused) {
  const FrozenRun run;
  expect_error({"export", run.model, "--target", "vitis", "-o", run.run}, {run.run});
  EXPECT_TRUE(std::filesystem::exists(run.run + "/recipe.toml"));
}

TEST(CommandInput, AFolderThatIsNoRunIsRefused) {
  const TemporaryDirectory empty;
  expect_error({"report", empty.path().string(), "-o", (empty.path() / "r.html").string()},
               {empty.path().string()});
  EXPECT_FALSE(std::filesystem::exists(empty.path() / "r.html"));
#ifdef QFX_WITH_TORCH
  expect_error({"freeze", empty.path().string()}, {empty.path().string()});
#endif
}

#ifdef QFX_WITH_TORCH
TEST(CommandInput, ARecipesFaultKeepsItsLine) {
  const TemporaryDirectory folder;
  const std::string recipe = (folder.path() / "r.toml").string();
  test::write(recipe, "network.zoo = \"tiny_resnet\"\ndata.sorce = \"x\"\n");
  expect_error({"train", recipe, "--out", (folder.path() / "run").string()},
               {recipe + ":2: data.sorce", "did you mean 'source'"});
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "run"));
  expect_error({"train", "--out", (folder.path() / "run").string()}, {"qfx train needs a recipe"});
  expect_error({"ptq", "/nowhere/r.toml", "--out", (folder.path() / "run").string()},
               {"/nowhere/r.toml"});
}
#else
TEST(CommandInput, WithoutTorchTheTrainingVerbsSaySo) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"train", "r.toml", "--out", "run"},
        {"ptq", "r.toml", "--out", "run"},
        {"freeze", "run"}}) {
    expect_error(arguments, {"this build of qfx has no torch", "QFX_WITH_TORCH=ON"});
  }
}
#endif

}  // namespace
}  // namespace qfx
