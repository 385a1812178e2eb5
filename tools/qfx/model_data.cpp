#include "model_data.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "console.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/data/unlabelled.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/preprocess.h"

namespace qfx::command {
namespace {

data::Targets targets_of(const graph::Task& task) {
  if (task.rebuilds_input) return data::Targets::None;
  return task.classifies() ? data::Targets::Classes : data::Targets::Values;
}

// The kind before the first of ':' and '@'.
std::string kind_of(const std::string& text) {
  return text.substr(0, text.find_first_of(":@"));
}

// Whether two texts name one set, if perhaps by different paths.
bool is_same(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const std::size_t colon = a.find(':');
  if (colon == std::string::npos || b.substr(0, colon + 1) != a.substr(0, colon + 1)) return false;
  std::error_code none;
  return std::filesystem::equivalent(a.substr(colon + 1), b.substr(colon + 1), none);
}

// Keys of a recipe belong to its kind of source, and shares to its very samples.
data::Source with_text(const data::Source& recipes, const std::string& text) {
  data::Source source = recipes;
  source.text = text;
  if (is_same(recipes.text, text)) return source;
  source = data::Source(text);
  source.is_new = true;
  if (kind_of(recipes.text) != kind_of(text)) return source;
  source.layout = recipes.layout;
  source.label = recipes.label;
  source.ignore = recipes.ignore;
  return source;
}

// A new table's columns go by the names of the table that was trained on, in its order. Returns
// what a user would want to know where that cannot be read.
std::string take_columns(std::optional<data::Source> recipes, data::Source& source) {
  if (!source.is_new || !recipes || kind_of(source.text) != "csv" ||
      kind_of(recipes->text) != "csv")
    return "";
  recipes->targets = source.targets;
  try {
    const data::Dataset known = data::load(*recipes, data::Split::Train, 1);
    source.columns = known.column_names;
    if (source.label.empty()) source.label = known.target_names;
  } catch (const UserError& error) {
    return fmt::format(
        "the columns of {} are taken in their own order, as the table that was trained on cannot "
        "be "
        "read: {}",
        source.text, error.what());
  }
  return "";
}

// A path that is samples by itself has no kind before it, as a source has.
void check_is_there(const std::string& given) {
  const std::filesystem::path path(given);
  const bool looks_like_samples =
      std::ranges::any_of(std::vector<std::string>{".npy", ".png", ".jpg", ".jpeg"},
                          [&](const std::string& ending) { return path.extension() == ending; });
  if (looks_like_samples && given.find(':') == std::string::npos && !path_exists(path))
    user_error("--data '{}': there is no such file; give an array or a picture that is there",
               given);
}

// One table has one kind.
bool is_bare_table(const std::string& given) {
  return std::filesystem::path(given).extension() == ".csv" && is_file(given);
}

// The classes of a set that names them get the numbers that they have in the model.
void number_by_names(const graph::FrozenModel& model, data::Dataset& set) {
  const std::vector<std::string>& names = model.task.names;
  if (names.empty() || set.class_names.empty() || set.labels.empty() || names == set.class_names)
    return;
  std::vector<std::int32_t> numbers;
  std::vector<std::string> unknown;
  for (const std::string& name : set.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) unknown.push_back(in_quotes(name));
    numbers.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  if (unknown.size() == set.class_names.size() && unknown.size() == names.size()) {
    set.notes.push_back(
        fmt::format("none of the classes of {} is called like one of the model's ({}); they are "
                    "taken in the order of their names",
                    set.name, join(names, ", ")));
    return;
  }
  if (!unknown.empty())
    user_error("{} has classes that the model does not know: {}; give samples of the model's: {}",
               set.name, join(unknown, ", "), join(names, ", "));
  for (std::int32_t& label : set.labels) label = numbers[static_cast<std::size_t>(label)];
  set.class_names = names;
  set.class_count = static_cast<int>(names.size());
}

}  // namespace

std::optional<std::string> run_folder_of(const std::string& model_path) {
  const std::filesystem::path folder = std::filesystem::absolute(model_path).parent_path();
  if (!path_exists(folder / "recipe.toml")) return std::nullopt;
  return folder.string();
}

std::optional<data::Source> data_source(const std::string& data, const std::string& model_path) {
  const std::string given = is_bare_table(data) ? "csv:" + data : data;
  std::optional<data::Source> source;
  if (const auto folder = run_folder_of(model_path)) {
    const std::string recipe = *folder + "/recipe.toml";
    source = frontends::recipe_data_source(read_file(recipe), recipe);
  }
  if (given.empty()) return source;
  return with_text(source.value_or(data::Source()), given);
}

namespace {

data::Dataset load_unlabelled(const std::string& path, const std::string& model_path,
                              const graph::FrozenModel& model, std::int64_t limit) {
  const auto recipes = data_source("", model_path);
  return data::load_unlabelled(path, model.input().shape,
                               recipes ? recipes->layout : data::Layout::Unsaid, limit);
}

}  // namespace

data::Dataset load_test_data(const std::string& given, const std::string& model_path,
                             const graph::FrozenModel& model, std::int64_t limit) {
  auto source = data_source(given, model_path);
  if (!source) {
    user_error(
        "{} does not say which data it is for, and does not lie in a run folder whose recipe does; "
        "give it: --data "
        "fashion-mnist (or idx:DIR, cifar10:DIR, npy:DIR, csv:DIR, folder:DIR)",
        model_path);
  }
  if (source->targets != data::Targets::None) source->targets = targets_of(model.task);
  source->values = graph::element_count(model.input().shape);
  const std::string unknown_columns = take_columns(data_source("", model_path), *source);
  check_is_there(given);
  data::Dataset set;
  try {
    set = data::is_unlabelled(given) ? load_unlabelled(given, model_path, model, limit)
                                     : data::load(*source, data::Split::Test, limit);
  } catch (const UserError& error) {
    if (!given.empty()) throw;
    user_error(
        "{}. The recipe of the run folder names this data; where it lies elsewhere now, or the "
        "recipe means another folder than the one qfx is called from, say where it is with --data",
        error.what());
  }
  if (!unknown_columns.empty()) set.notes.push_back(unknown_columns);
  if (set.size() == 0)
    user_error("the test split of {} is empty; choose data with at least one sample", source->text);
  const graph::FrozenNode& input = model.input();
  if (!graph::takes_samples(input.shape, set.sample_shape)) {
    user_error("the samples of {} are {}, and {} takes {}; choose data of that shape with --data",
               source->text, graph::to_string(set.sample_shape), model_path,
               graph::to_string(input.shape));
  }
  if (!given.empty() && model.task.classifies()) number_by_names(model, set);
  return set;
}

void warn_of_notes(const data::Dataset& set) {
  for (const std::string& note : set.notes) warn("qfx: warning: " + note);
}

}  // namespace qfx::command
