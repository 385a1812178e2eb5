// Pictures in folders through every verb that takes data.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"
#include "support/image_files.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;

// Two classes of 10 x 10 pictures, dark PNGs and bright JPEGs.
std::string write_pictures(const std::filesystem::path& folder) {
  for (const std::string split : {"train", "test"}) {
    for (int i = 0; i < (split == "train" ? 16 : 6); ++i) {
      const std::vector<std::uint8_t> dark(100, static_cast<std::uint8_t>(20 + i)),
          bright(100, static_cast<std::uint8_t>(220 + i));
      std::filesystem::create_directories(folder / split / "dark");
      std::filesystem::create_directories(folder / split / "bright");
      test::write(folder / split / "dark" / fmt::format("{:02}.png", i),
                  test::png_file(10, 10, 1, dark));
      test::write(folder / split / "bright" / fmt::format("{:02}.jpg", i),
                  test::jpeg_file(10, 10, 1, bright));
    }
  }
  return folder.string();
}

TEST(Folder, RunsAndVerifiesLikeAnyOtherSource) {
  const TemporaryDirectory folder;
  const std::string source = "folder@8x8:" + write_pictures(folder.path() / "set");
  const test::FrozenRun frozen;  // takes 1 x 8 x 8
  const ProcessResult ran = qfx_command({"run", frozen.model, "--data", source, "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_EQ(json::parse(ran.output)["images"], 12);
  const ProcessResult verified =
      qfx_command({"verify", frozen.model, "--data", source, "--limit", "4"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("vitis: 0 of 4 images differ"));
  const ProcessResult whole =
      qfx_command({"run", frozen.model, "--data", "folder:" + (folder.path() / "set").string()});
  EXPECT_EQ(whole.exit_code, 2);
  EXPECT_THAT(whole.output, HasSubstr("[1, 10, 10]"));
}

#ifdef QFX_WITH_TORCH
TEST(Folder, Trains) {
  const TemporaryDirectory folder;
  const std::string run = (folder.path() / "run").string(),
                    recipe = (folder.path() / "r.toml").string();
  test::write(recipe, "network.zoo = \"mlp\"\n[data]\nsource = \"folder:" +
                          write_pictures(folder.path() / "set") +
                          "\"\nbatch_size = 8\n[float]\nepochs = 8\n[fixed]\nepochs = 2\n");
  const ProcessResult trained = qfx_command({"train", recipe, "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const ProcessResult ran = qfx_command({"run", run + "/model.qfx", "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const json result = json::parse(ran.output);
  EXPECT_EQ(result["images"], 12);
  EXPECT_EQ(result["accuracy"], 1.0) << "dark and bright";
}
#endif

}  // namespace
}  // namespace qfx
