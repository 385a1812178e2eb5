#include "given_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "qfx/backends/project.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/file.h"

namespace qfx::command {
namespace {

namespace fs = std::filesystem;

enum class Given { Unknown, Model, Recipe, RunFolder, Project, Folder, Data, OthersModel };

template <std::size_t N>
bool is_one_of(const std::string& ending, const std::array<std::string_view, N>& endings) {
  return std::ranges::find(endings, ending) != endings.end();
}

Given given_kind(const std::string& path) {
  if (is_folder(path)) {
    if (path_exists(fs::path(path) / backends::kMarkerFile)) return Given::Project;
    return path_exists(fs::path(path) / "recipe.toml") ? Given::RunFolder : Given::Folder;
  }
  const std::string ending = fs::path(path).extension().string();
  constexpr std::array<std::string_view, 6> kData{".npy", ".npz", ".csv", ".png", ".jpg", ".jpeg"};
  constexpr std::array<std::string_view, 7> kOthers{".onnx", ".pt",    ".pth",   ".h5",
                                                    ".pb",   ".keras", ".tflite"};
  if (ending == ".qfx") return Given::Model;
  if (ending == ".toml") return Given::Recipe;
  if (is_one_of(ending, kData)) return Given::Data;
  return is_one_of(ending, kOthers) ? Given::OthersModel : Given::Unknown;
}

// "a run folder": empty where it is not known.
std::string name_of(Given given) {
  switch (given) {
    case Given::Model:
      return "a frozen model";
    case Given::Recipe:
      return "a recipe";
    case Given::RunFolder:
      return "a run folder";
    case Given::Project:
      return "an exported project";
    case Given::Folder:
      return "a folder";
    case Given::Data:
      return "data";
    case Given::OthersModel:
      return "another tool's model";
    case Given::Unknown:
      break;
  }
  return "";
}

std::string in_folder(const std::string& folder, const char* file) {
  return (fs::path(folder) / file).string();
}

// What to give instead of `path`, which is no model.
std::string way_to_model(Given given, const std::string& path) {
  switch (given) {
    case Given::Recipe:
      return fmt::format("train it first: qfx train {} --out RUN; the model is then RUN/model.qfx",
                         path);
    case Given::RunFolder:
      if (const std::string model = in_folder(path, "model.qfx"); path_exists(model))
        return fmt::format("its model is {}", model);
      return fmt::format("it has no model.qfx yet: qfx train --out {} --resume goes on to the end",
                         path);
    case Given::Project:
      return "give the model.qfx that it was exported from";
    case Given::Data:
      return "give the model first, and this after --data";
    case Given::Folder:
      if (const std::string model = in_folder(path, "model.qfx"); path_exists(model))
        return fmt::format("the one in it is {}", model);
      break;
    case Given::OthersModel:
    case Given::Model:
    case Given::Unknown:
      break;
  }
  return "give a model.qfx that qfx train or qfx ptq wrote";
}

}  // namespace

graph::Analyzed load_given_model(const std::string& path) {
  const Given given = given_kind(path);
  if (path_exists(path) && given != Given::Model && given != Given::Unknown) {
    user_error("'{}' is {}, and a frozen model is wanted; {}", path, name_of(given),
               way_to_model(given, path));
  }
  return graph::load_analyzed(path);
}

void check_given_recipe(const std::string& path, const std::string& verb) {
  const Given given = given_kind(path);
  if (!path_exists(path) || given == Given::Recipe || given == Given::Unknown) return;
  std::string way = "give a recipe (.toml)";
  if (given == Given::RunFolder)
    way = fmt::format("its recipe is {}; qfx train --out {} --resume goes on with the run",
                      in_folder(path, "recipe.toml"), path);
  if (given == Given::Data || given == Given::Folder)
    way += ", whose key data.source names the data";
  if (given == Given::Model) {
    const std::string folder = fs::path(path).parent_path().string();
    if (const std::string recipe = in_folder(folder, "recipe.toml"); path_exists(recipe))
      way = fmt::format("the recipe that it was trained by is {}", recipe);
  }
  user_error("'{}' is {}, and {} wants a recipe; {}", path, name_of(given), verb, way);
}

void check_given_run(const std::string& path, const std::string& verb) {
  const Given given = given_kind(path);
  if (!path_exists(path) || is_folder(path)) return;
  const std::string name = name_of(given);
  user_error("'{}' is {}, and {} wants a run folder{}", path, name.empty() ? "a file" : name, verb,
             given == Given::Recipe ? fmt::format(": train it first: qfx train {} --out RUN", path)
                                    : "; give the folder that qfx train wrote");
}

void check_given_run_or_model(const std::string& path, const std::string& verb) {
  const Given given = given_kind(path);
  if (!path_exists(path) || given == Given::Unknown || given == Given::Model || is_folder(path))
    return;
  user_error("'{}' is {}, and {} wants a run folder or a frozen model; {}", path, name_of(given),
             verb, way_to_model(given, path));
}

}  // namespace qfx::command
