// Files that are never half-written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace qfx {

// What stands under a name. false where nothing of the kind does, and also where it cannot be
// looked at (a name too long, no permission): who opens it next says why.
bool path_exists(const std::filesystem::path& path);
bool is_file(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);

// The whole file. Raises UserError that names the path and the system's reason.
std::string read_file(const std::filesystem::path& path);

// Writes to a temporary name in the same folder, syncs, renames over `path`, syncs the folder. On
// any failure (disk full, no permission) the old file is untouched, the temporary is gone and
// UserError is raised.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// Keeps a folder for this process: an advisory lock on FOLDER/.lock, a file that stays. The system
// lets go of it when the process ends, however it ends.
class FolderLock {
 public:
  // The folder must exist. Raises UserError where another one holds it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

// A fresh folder, removed with everything in it by the destructor unless kept.
class TemporaryDirectory {
 public:
  // Under `parent`, or the system's temporary folder if empty.
  explicit TemporaryDirectory(const std::filesystem::path& parent = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace qfx
