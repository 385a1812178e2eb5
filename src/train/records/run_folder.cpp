#include "train/records/run_folder.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::train {

void RunFolder::open(const std::string& recipe_text, bool resume,
                     const std::function<void(const std::string& old_text)>& check) const {
  std::error_code failed;
  std::filesystem::create_directories(checkpoint().parent_path(), failed);
  if (failed) {
    user_error("{}: the run folder cannot be created: {}", path_.string(), failed.message());
  }
  const bool holds_a_run = path_exists(recipe());
  // Without a log no run wrote that recipe: it is somebody's own.
  if (!resume && holds_a_run && path_exists(log()) && !keeps_something())
    return write_file_atomically(recipe(), recipe_text);
  if (holds_a_run && !resume) {
    user_error(
        "{}: it already holds a run; choose another folder, or go on with that run by --resume",
        path_.string());
  }
  const bool is_other = holds_a_run && read_file(recipe()) != recipe_text;
  if (is_other) check(read_file(recipe()));
  if (!holds_a_run || is_other) write_file_atomically(recipe(), recipe_text);
}

bool RunFolder::keeps_something() const {
  return path_exists(checkpoint()) || path_exists(float_tensors()) || path_exists(model());
}

}  // namespace qfx::train
