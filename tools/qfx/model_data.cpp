#include "model_data.h"

#include <filesystem>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/preprocess.h"

namespace qfx::command {

std::optional<std::string> run_folder_of(const std::string& model_path) {
  const std::filesystem::path folder = std::filesystem::absolute(model_path).parent_path();
  if (!path_exists(folder / "recipe.toml")) return std::nullopt;
  return folder.string();
}

std::optional<std::string> data_source(const std::string& given, const std::string& model_path) {
  if (!given.empty()) return given;
  const auto folder = run_folder_of(model_path);
  if (!folder) return std::nullopt;
  const std::string recipe = *folder + "/recipe.toml";
  return frontends::recipe_data_source(read_file(recipe), recipe);
}

data::Dataset load_test_data(const std::string& given, const std::string& model_path,
                             const graph::FrozenModel& model, std::int64_t limit) {
  const auto source = data_source(given, model_path);
  if (!source) {
    user_error(
        "{} does not say which data it is for, and does not lie in a run folder whose recipe does; "
        "give it: --data "
        "fashion-mnist (or idx:DIR, cifar10:DIR, npy:DIR, folder:DIR)",
        model_path);
  }
  data::Dataset set;
  try {
    set = data::load(*source, data::Split::Test, limit);
  } catch (const UserError& error) {
    if (!given.empty()) throw;
    user_error(
        "{}. The recipe of the run folder names this data; where it lies elsewhere now, or the "
        "recipe means another folder than the one qfx is called from, say where it is with --data",
        error.what());
  }
  if (set.size() == 0)
    user_error("the test split of {} is empty; choose data with at least one sample", *source);
  const graph::FrozenNode& input = model.input();
  if (!graph::takes_samples(input.shape, set.sample_shape)) {
    user_error("the samples of {} are {}, and {} takes {}; choose data of that shape with --data",
               *source, graph::to_string(set.sample_shape), model_path,
               graph::to_string(input.shape));
  }
  return set;
}

}  // namespace qfx::command
