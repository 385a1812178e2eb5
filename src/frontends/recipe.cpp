// The spine: text to table, data, network, formats, schedule.
#include "qfx/frontends/recipe.h"

#include <filesystem>
#include <limits>
#include <optional>

#include "frontends/apply_specs.h"
#include "frontends/recipe_data.h"
#include "frontends/recipe_faults.h"
#include "frontends/recipe_fold.h"
#include "frontends/recipe_loss.h"
#include "frontends/recipe_network.h"
#include "frontends/recipe_source.h"
#include "frontends/recipe_training.h"
#include "frontends/table_reader.h"
#include "frontends/toml_file.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::frontends {
namespace {

constexpr std::size_t kMaxNameLength = 100;

std::string read_name(const TableReader& root, const std::string& file) {
  if (const auto name = root.name("name", kMaxNameLength)) return *name;
  const std::string stem = std::filesystem::path(file).stem().string();
  if (!is_printable_ascii(stem)) {
    root.fail(
        "the model is named after this file, and a name has printable ASCII characters only; name "
        "the model by the key `name`, or rename the file");
  }
  return stem.empty() || stem.size() > kMaxNameLength ? "model" : stem;
}

std::vector<std::string> top_keys() {
  std::vector<std::string> keys{
      "name", "seed",   "threads", "device", "start",  "start_from",  "untrained",  "network",
      "data", "format", "float",   "fixed",  "points", "calibration", "checkpoint", "fold"};
  for (std::string& key : loss_keys()) keys.push_back(std::move(key));
  return keys;
}

// A recipe without a name is called like its file; a copy of it elsewhere shall be called the same.
std::string name_line(const std::string& name) {
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "name = \"" + quoted + "\"\n";
}

// The root, once no key of it is unknown.
TableReader read_root(const toml::table& table, const std::string& file, RecipeFaults& faults) {
  std::optional<TableReader> root;
  faults.read([&] { root.emplace(table, "", file, top_keys()); });
  if (!root) faults.raise();
  return *root;
}

void read_top(const TableReader& root, const std::string& file, Recipe& recipe) {
  recipe.name = read_name(root, file);
  recipe.seed = static_cast<std::uint64_t>(
      root.integer("seed", {0, std::numeric_limits<std::int64_t>::max()}).value_or(1));
  recipe.threads = static_cast<int>(root.integer("threads", {0, 1024}).value_or(0));
  recipe.device = root.text("device").value_or("cpu");
}

}  // namespace

// What is wrong by itself is looked for everywhere first; what is wrong with the rest of the recipe
// only where that rest is right.
Recipe parse_recipe(const std::string& text, const std::string& file_name) {
  toml::table table = parse_toml(text, file_name);
  const bool has_name = table.contains("name");
  RecipeFaults faults(table, file_name);
  const TableReader root = read_root(table, file_name, faults);
  Recipe recipe;
  faults.read([&] { read_top(root, file_name, recipe); });
  recipe.text = has_name ? text : name_line(recipe.name) + text;
  faults.read([&] { read_training(root, recipe); });
  bool formats_fine = check_formats(root, faults);
  bool network_fine = check_network(root, faults);
  DataFacts facts;
  network_fine &= faults.read([&] { facts = read_data(root, recipe); });
  const graph::Task task = recipe.model.task;
  network_fine = network_fine && faults.read([&] {
    recipe.model.task = task;
    recipe.model = read_network(root, facts, recipe);
    recipe.model.task.loss = task.loss;
    recipe.model.task.rebuilds_input = task.rebuilds_input;
    settle_teacher(root, facts.classes > 0, recipe);
  });
  network_fine = network_fine && faults.read([&] { check_loss(root, recipe); });
  network_fine = network_fine && faults.read([&] { read_untrained(root, recipe); });
  network_fine = network_fine && faults.read([&] { check_folds(root, recipe.model); });
  formats_fine = formats_fine && network_fine &&
                 check_matches(root, recipe.fold_batch_norm, recipe.model, faults) &&
                 faults.read([&] { apply_specs(root, recipe.fold_batch_norm, recipe.model); });
  if (formats_fine) faults.read([&] { read_point_form(root, recipe.model); });
  faults.raise();
  return recipe;
}

data::Source recipe_data_source(const std::string& text, const std::string& file_name) {
  const toml::table table = parse_toml(text, file_name);
  const toml::table* data = table["data"].as_table();
  if (data == nullptr || !data->get("source"))
    user_error(
        "{}: there is no data.source, a text like \"fashion-mnist\" or \"idx:DIR\"; is this a "
        "recipe?",
        file_name);
  std::vector<std::string> known;  // the other keys are other readers'
  for (const auto& [key, value] : *data) known.emplace_back(key.str());
  data::Source source = read_source(TableReader(*data, "data", file_name, known));
  // Labels only measure there, so they may be missing (read_loss).
  const bool has_teacher = table["loss"].value<std::string>() == "teacher";
  if (has_teacher && !data->get("target")) source.targets = data::Targets::None;
  return source;
}

Recipe load_recipe(const std::string& path) {
  return parse_recipe(read_file(path), path);
}

}  // namespace qfx::frontends
