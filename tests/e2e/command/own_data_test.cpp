// A table of one's own, from the file to predictions: columns of very different size, words as
// labels.
#ifdef QFX_WITH_TORCH

#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"
#include "support/rng.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;
using ::testing::Not;

// Two columns decide, 0 to 1 and 0 to 700, and two say nothing.
struct OwnTable {
  TemporaryDirectory folder;
  std::string table = (folder.path() / "volumes.csv").string();
  std::string run = (folder.path() / "run").string();

  OwnTable() {
    test::Rng rng(1);
    const auto up_to = [&](double high) {
      return high * static_cast<double>(rng.below(10001)) / 10000;
    };
    std::string text = "share,volume,shift,level,kind\n";
    for (int i = 0; i < 2000; ++i) {
      const double share = up_to(1), volume = up_to(700);
      text += fmt::format("{},{},{},{},{}\n", share, volume, up_to(100) - 50, up_to(30),
                          share + volume / 700 > 1 ? "much" : "little");
    }
    test::write(table, text);
  }

  ProcessResult train(const std::string& data_keys, const std::string& epochs) const {
    const std::string recipe = (folder.path() / "own.toml").string();
    test::write(recipe,
                "[network]\nlayers = [{kind=\"linear\", name=\"fc1\", out_features=32}, "
                "{kind=\"relu\"}, {kind=\"linear\", name=\"out\", out_features=2}]\n"
                "[data]\nsource = \"csv:" +
                    table + "\"\nlabel = \"kind\"\nbatch_size = 50\n" + data_keys +
                    "[float]\nepochs = " + epochs + "\n[fixed]\nepochs = " + epochs + "\n");
    return qfx_command({"train", recipe, "--out", run});
  }
};

TEST(OwnData, ColumnsOfVeryDifferentSizeAreToldAndMended) {
  const OwnTable own;
  const ProcessResult raw = own.train("", "0");
  ASSERT_EQ(raw.exit_code, 0) << raw.output;
  EXPECT_THAT(raw.output, HasSubstr("'share' ("));
  EXPECT_THAT(raw.output, HasSubstr("beside 'volume' ("));
  EXPECT_THAT(raw.output, HasSubstr("write normalize = \"standard\" under [data]"));
  EXPECT_THAT(read_file(own.run + "/log.jsonl"), HasSubstr("\"kind\":\"data\""));
  std::filesystem::remove_all(own.run);

  const ProcessResult mended = own.train("normalize = \"standard\"\nvalidation = 0.1\n", "8");
  ASSERT_EQ(mended.exit_code, 0) << mended.output;
  EXPECT_THAT(mended.output, Not(HasSubstr("'share'")));
  // By the recipe beside the model: its table, label and test split.
  const ProcessResult ran = qfx_command({"run", own.run + "/model.qfx", "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const json result = json::parse(ran.output);
  EXPECT_EQ(result["images"], 400);
  EXPECT_GT(result["accuracy"].get<double>(), 0.95);

  // Samples of tomorrow: columns in another order, and no label.
  const std::string fresh = (own.folder.path() / "fresh.csv").string();
  test::write(fresh, "volume,share,level,shift\n690,0.9,1,1\n10,0.1,1,1\n350,0.9,1,1\n");
  const ProcessResult said =
      qfx_command({"run", own.run + "/model.qfx", "--data", "csv:" + fresh, "--json"});
  ASSERT_EQ(said.exit_code, 0) << said.output;
  EXPECT_EQ(json::parse(said.output)["images"], 3);
}

}  // namespace
}  // namespace qfx

#endif
