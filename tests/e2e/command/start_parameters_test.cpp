// qfx start: parameters from elsewhere become what qfx train starts from.
#ifdef QFX_WITH_TORCH

#include <filesystem>
#include <gmock/gmock.h>
#include <string>

#include "support/command.h"
#include "support/state_dict_file.h"

namespace qfx {
namespace {

using test::qfx_command;
using ::testing::HasSubstr;

// The published network on bytes, its parameters those of a seed.
struct Published {
  TemporaryDirectory folder;
  std::string data = test::write_tiny_data(
      folder.path() / "data",
      {.channels = 3, .height = 8, .width = 8, .train_images = 32, .test_images = 16});
  std::string parameters = (folder.path() / "parameters.safetensors").string();
  std::string start = (folder.path() / "start").string();
  std::string run = (folder.path() / "run").string();
  std::string recipe = (folder.path() / "recipe.toml").string();

  Published() {
    const std::string text = "start = \"" + start + "\"\nuntrained = \"*.conv?.weight\"\n" +
                             "[network]\nzoo = \"fracbnn\"\nbatch_norm = \"affine\"\n[data]\n" +
                             "source = \"" + data + "\"\nbatch_size = 16\n" +
                             "normalize = { divisor = 1 }\n[calibration]\nimages = 16\n" +
                             "[fixed]\nepochs = 1\n";
    test::write(recipe, text);
    const frontends::Recipe parsed = frontends::parse_recipe(text, "recipe.toml");
    test::write(parameters, store::serialize(test::state_dict_of(parsed.model)));
  }
};

TEST(StartParameters, FromAFileToAFrozenModel) {
  const Published published;
  const ProcessResult started =
      qfx_command({"start", published.parameters, "--recipe", published.recipe});
  ASSERT_EQ(started.exit_code, 0) << started.output;
  EXPECT_THAT(started.output, HasSubstr(published.start + ": every parameter"));
  EXPECT_THAT(started.output, HasSubstr("test accuracy in float: "));

  const ProcessResult trained = qfx_command({"train", published.recipe, "--out", published.run});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_TRUE(std::filesystem::exists(published.run + "/model.qfx"));
}

TEST(StartParameters, NeedsAPlaceToWrite) {
  const Published published;
  const std::string recipe = (published.folder.path() / "nowhere.toml").string();
  test::write(recipe,
              read_file(published.recipe).substr(read_file(published.recipe).find('\n') + 1));
  const ProcessResult result = qfx_command({"start", published.parameters, "--recipe", recipe});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("has no `start`, the folder to write; give one by --out"));
}

}  // namespace
}  // namespace qfx

#endif
