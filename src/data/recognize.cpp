#include "qfx/data/recognize.h"

#include <string_view>
#include <system_error>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

// In the order in which they are tried.
constexpr std::string_view kKinds[] = {"npy", "csv", "idx", "cifar10", "folder"};

bool has_folders(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().native().front() != '.' && is_folder(it->path())) return true;
  }
  return false;
}

// A folder of class folders, of which one has a picture.
bool has_pictures(const fs::path& folder, int depth = 0) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string extension = it->path().extension().string();
    if (depth > 0 && (extension == ".png" || extension == ".jpg" || extension == ".jpeg"))
      return true;
    if (depth < 2 && is_folder(it->path()) && has_pictures(it->path(), depth + 1)) return true;
  }
  return false;
}

}  // namespace

bool has_files_of(const fs::path& folder, std::string_view kind) {
  const auto has = [&](const char* name) { return path_exists(folder / name); };
  if (kind == "npy") return has("train_x.npy") || has("test_x.npy");
  if (kind == "csv") return has("train.csv") || has("test.csv");
  if (kind == "idx")
    return has("train-images-idx3-ubyte") || has("train-images-idx3-ubyte.gz") ||
           has("t10k-images-idx3-ubyte") || has("t10k-images-idx3-ubyte.gz");
  if (kind == "cifar10") return has("data_batch_1.bin") || has("test_batch.bin");
  if (kind == "folder") return has_folders(folder) && has_pictures(folder);
  return false;
}

Recognized recognize(const fs::path& path) {
  if (!path_exists(path)) return {};
  const std::string extension = path.extension().string();
  if (!is_folder(path)) {
    if (extension == ".toml") return {Thing::Recipe, ""};
    if (extension == ".qfx") return {Thing::Model, ""};
    if (extension == ".graph") return {Thing::Graph, ""};
    if (extension == ".npy") return {Thing::Samples, "npy:" + path.string()};
    if (extension == ".csv") return {Thing::Samples, "csv:" + path.string()};
    return {Thing::Other, ""};
  }
  if (path_exists(path / "recipe.toml")) return {Thing::RunFolder, ""};
  for (const std::string_view kind : kKinds) {
    if (has_files_of(path, kind))
      return {Thing::Samples, fmt::format("{}:{}", kind, path.string())};
  }
  return {Thing::Other, ""};
}

std::string_view thing_text(Thing thing) {
  switch (thing) {
    case Thing::Recipe:
      return "a recipe";
    case Thing::RunFolder:
      return "a run folder";
    case Thing::Model:
      return "a frozen model";
    case Thing::Graph:
      return "a trainable graph";
    case Thing::Samples:
      return "data";
    case Thing::Nothing:
    case Thing::Other:
      return "";
  }
  internal_error("no such thing");
}

}  // namespace qfx::data
