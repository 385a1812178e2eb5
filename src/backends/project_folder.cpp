#include "backends/project_folder.h"

#include <fstream>

#include "qfx/backends/project.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;

// Plain, without a sync for each: what makes the project whole is the rename of its folder.
void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) user_error("cannot write '{}': is the disk full?", path.string());
}

}  // namespace

void check_project_folder(const fs::path& folder) {
  if (!fs::exists(fs::symlink_status(folder))) return;
  if (!is_folder(folder))
    user_error("'{}' exists and is not a folder; give another name", folder.string());
  if (!fs::is_empty(folder) && !path_exists(folder / kMarkerFile))
    user_error(
        "'{}' is neither empty nor an earlier export; give another folder, or empty it yourself",
        folder.string());
}

void replace_project(const fs::path& folder, const Files& files) {
  const fs::path parent = folder.parent_path().empty() ? "." : folder.parent_path();
  fs::create_directories(parent);
  const TemporaryDirectory staging(parent);
  const fs::path fresh = staging.path() / "project";
  for (const auto& [name, content] : files) write(fresh / name, content);
  if (path_exists(folder)) fs::rename(folder, staging.path() / "old");
  fs::rename(fresh, folder);
}

}  // namespace qfx::backends
