// Folding from the command line: for a rate, by hand, by the recipe, and kept by the project.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

#include "support/command.h"

#include "qfx/backends/project.h"
#include "qfx/base/file.h"

namespace qfx {
namespace {

using test::FrozenRun;
using test::qfx_command;
using ::testing::HasSubstr;
using ::testing::Not;

class FoldCommand : public testing::Test {
 protected:
  // Succeeds, and says what it prints.
  std::string exported(const std::vector<std::string>& options) {
    const ProcessResult result = run(options);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  }
  std::string refused(const std::vector<std::string>& options) {
    const ProcessResult result = run(options);
    EXPECT_EQ(result.exit_code, 2) << result.output;
    return result.output;
  }
  dataflow::Folding folding() const { return backends::read_project(project_).folding; }
  std::string config(const std::string& layer) const {
    return read_file(project_ + "/firmware/params/" + layer + ".h");
  }

  FrozenRun run_;
  std::string project_ = (run_.folder.path() / "project").string();

 private:
  ProcessResult run(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"export", run_.model, "--target", "vitis",     "-o",
                                       project_, "--data",   "random",   "--vectors", "1"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return qfx_command(arguments);
  }
};

TEST_F(FoldCommand, ByHandAndKeptByTheProject) {
  EXPECT_THAT(exported({"--fold", "conv1=5", "--fold", "classifier=3x8"}),
              HasSubstr("cycles an image"));
  EXPECT_EQ(folding().at("conv1"), (dataflow::Fold{5, 0}));
  EXPECT_EQ(folding().at("classifier"), (dataflow::Fold{3, 8}));
  EXPECT_THAT(config("conv1"), HasSubstr("parallelism = 5;"));
  EXPECT_THAT(config("classifier"), HasSubstr("simd = 8;"));

  EXPECT_THAT(exported({}), HasSubstr("that of the earlier export"));
  EXPECT_THAT(config("conv1"), HasSubstr("parallelism = 5;"));

  exported({"--fold", "conv1=2"});
  EXPECT_THAT(config("conv1"), HasSubstr("parallelism = 2;"));
  EXPECT_THAT(config("classifier"), HasSubstr("simd = 8;")) << "the others stay";

  EXPECT_THAT(exported({"--fold", "none"}), Not(HasSubstr("earlier export")));
  EXPECT_TRUE(folding().empty());
  EXPECT_THAT(config("conv1"), HasSubstr("parallelism = 1;"));
}

TEST_F(FoldCommand, OfAnotherNetworkIsNotKept) {
  exported({"--fold", "conv1=5"});
  const std::string marker = project_ + "/" + backends::kMarkerFile;
  std::string text = read_file(marker);
  const std::string ours = "\"conv1\"";
  ASSERT_NE(text.find(ours), text.npos) << text;
  for (std::size_t at = text.find(ours); at != text.npos; at = text.find(ours))
    text.replace(at, ours.size(), "\"stem\"");
  write_file_atomically(marker, text);
  EXPECT_THAT(exported({}), HasSubstr("held another network"));
  EXPECT_TRUE(folding().empty());
}

TEST_F(FoldCommand, ForARate) {
  const std::string slow = exported({});
  EXPECT_THAT(slow, HasSubstr("limits"));
  EXPECT_THAT(slow, HasSubstr("the next step is"));
  const std::string key = "--images-per-second ";
  const std::size_t at = slow.find(key);
  ASSERT_NE(at, slow.npos) << slow;
  const std::string rate = slow.substr(at + key.size(), slow.find(' ', at + key.size()) - at - key.size());
  EXPECT_THAT(exported({key.substr(0, key.size() - 1), rate}), HasSubstr("the next step is"));
  const std::string fast = exported({"--images-per-second", "20000", "--clock", "5"});
  EXPECT_FALSE(folding().empty());
  EXPECT_THAT(fast, HasSubstr("images a second at 5 ns"));
  EXPECT_THAT(refused({"--images-per-second", "1e8"}), HasSubstr("the best is"));
  EXPECT_THAT(refused({"--images-per-second", "1e9"}), HasSubstr("less than a cycle"));
  EXPECT_THAT(refused({"--luts", "10"}), HasSubstr("the smallest takes"));
}

TEST_F(FoldCommand, ByTheRecipeOfTheRun) {
  std::ofstream(run_.run + "/recipe.toml", std::ios::app)
      << "[fold]\nconv1 = \"4x1\"\nclassifier = 2\n";
  exported({"--fold", "classifier=3"});
  EXPECT_EQ(folding().at("conv1"), (dataflow::Fold{4, 1}));
  EXPECT_EQ(folding().at("classifier"), (dataflow::Fold{3, 0})) << "the command line wins";
}

TEST_F(FoldCommand, SaysWhatIsWrong) {
  EXPECT_THAT(refused({"--fold", "conf1=2"}), HasSubstr("did you mean 'conv1'"));
  EXPECT_THAT(refused({"--fold", "conv1=two"}), HasSubstr("LAYER=PExSIMD"));
  EXPECT_THAT(refused({"--fold", "conv1=0"}), HasSubstr("LAYER=PExSIMD"));
  EXPECT_THAT(refused({"--fold", "conv1=99"}), HasSubstr("allowed are 1 to 16"));
  EXPECT_THAT(refused({"--fold", "conv2=4x5"}), HasSubstr("allowed are divisors of the 16"));
  EXPECT_THAT(refused({"--fold", "relu1=4"}), HasSubstr("only convolutions and matrices"));
  EXPECT_FALSE(path_exists(project_)) << "before anything is written";
}

}  // namespace
}  // namespace qfx
