#include "data/picture_list.h"

#include <algorithm>

#include "data/npy.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderHelp =
    "a folder set holds train/CLASS/*.png (or .jpg, .jpeg) and test/CLASS/*.png, or CLASS/*.png "
    "without a split";
constexpr std::size_t kListedFiles = 10;
constexpr int kDeepest = 32;  // of folders in folders; links may go in circles

// What lies in a folder and is not hidden, in the order of the names' bytes.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> all;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().native().front() != '.') all.push_back(it->path());
  }
  if (error)
    user_error("{}: this folder cannot be read: {}; {}", folder.string(), error.message(),
               kFolderHelp);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<fs::path> class_folders(const fs::path& split) {
  std::vector<fs::path> folders = entries(split);
  for (const fs::path& path : folders) {
    if (!is_folder(path))
      user_error("{}: a folder for each class is expected here, and this is none; {}",
                 path.string(), kFolderHelp);
  }
  if (folders.empty()) user_error("{}: it holds no class folders; {}", split.string(), kFolderHelp);
  if (folders.size() > kMaxClasses)
    user_error("{}: it holds {} class folders; at most {} are allowed", split.string(),
               folders.size(), kMaxClasses);
  return folders;
}

void collect(const fs::path& folder, int depth, std::vector<fs::path>& files, BadFiles& bad) {
  if (depth > kDeepest)
    user_error("{}: folders lie in folders more than {} deep; does a link go in a circle?",
               folder.string(), kDeepest);
  for (const fs::path& path : entries(folder)) {
    if (is_folder(path)) {
      collect(path, depth + 1, files, bad);
    } else if (is_picture_name(path)) {
      files.push_back(path);
    } else {
      bad.add(
          fmt::format("{}: pictures named .png, .jpg or .jpeg are expected here; move it elsewhere",
                      path.string()));
    }
  }
}

struct ClassFiles {
  std::int32_t label = 0;
  std::vector<fs::path> files;
};

ClassFiles class_files(const fs::path& folder, std::int32_t label, BadFiles& bad) {
  ClassFiles one{label, {}};
  collect(folder, 0, one.files, bad);
  if (one.files.empty())
    bad.add(fmt::format("{}: this class has no pictures; add some, or remove the folder",
                        folder.string()));
  return one;
}

std::vector<PictureFile> by_turns(const std::vector<ClassFiles>& classes) {
  std::vector<PictureFile> files;
  for (std::size_t turn = 0;; ++turn) {
    const std::size_t before = files.size();
    for (const ClassFiles& one : classes) {
      if (turn < one.files.size()) files.push_back({one.files[turn], one.label});
    }
    if (files.size() == before) return files;
  }
}

fs::path validation_folder(const fs::path& folder) {
  for (const char* name : {"val", "valid", "validation"}) {
    if (is_folder(folder / name)) return folder / name;
  }
  return {};
}

fs::path split_folder(const fs::path& folder, Split split) {
  switch (split) {
    case Split::Train:
      return folder / "train";
    case Split::Validation:
      return validation_folder(folder);
    case Split::Test:
      return folder / "test";
  }
  internal_error("no such split");
}

}  // namespace

bool is_picture_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

void BadFiles::raise(const fs::path& folder) const {
  if (sentences_.empty()) return;
  if (sentences_.size() == 1) user_error("{}", sentences_.front());
  const std::size_t shown = std::min(sentences_.size(), kListedFiles);
  const std::vector<std::string> first(sentences_.begin(),
                                       sentences_.begin() + static_cast<std::ptrdiff_t>(shown));
  user_error("{}: {} things in it cannot be samples{}:\n  {}", folder.string(), sentences_.size(),
             shown < sentences_.size() ? fmt::format("; the first {}", shown) : "",
             join(first, "\n  "));
}

bool folder_has_validation(const fs::path& folder) {
  return is_folder(folder / "train") && !validation_folder(folder).empty();
}

bool are_plain_pictures(const fs::path& folder) {
  const std::vector<fs::path> all = entries(folder);
  return std::none_of(all.begin(), all.end(), is_folder) &&
         std::any_of(all.begin(), all.end(), is_picture_name);
}

PictureList list_plain_pictures(const fs::path& folder, BadFiles& bad) {
  PictureList list;
  list.files = by_turns({class_files(folder, 0, bad)});
  list.reference = list.files;
  return list;
}

PictureList list_pictures(const fs::path& folder, Split split, BadFiles& bad) {
  PictureList list;
  list.is_whole = !path_exists(folder / "train") && !path_exists(folder / "test");
  const std::vector<fs::path> known =
      class_folders(list.is_whole ? folder : split_folder(folder, Split::Train));
  const bool is_reference = list.is_whole || split == Split::Train;
  const fs::path split_path = is_reference ? fs::path() : split_folder(folder, split);
  if (split == Split::Test && !is_reference && !path_exists(split_path) &&
      folder_has_validation(folder))
    user_error("{}: there is no such folder, and {} is there; rename that to test, or add one; {}",
               split_path.string(), validation_folder(folder).string(), kFolderHelp);
  const std::vector<fs::path> here = is_reference ? known : class_folders(split_path);
  for (const fs::path& path : known) list.class_names.push_back(path.filename().string());
  std::vector<ClassFiles> classes;
  for (const fs::path& path : here) {
    const auto same =
        std::find(list.class_names.begin(), list.class_names.end(), path.filename().string());
    if (same == list.class_names.end()) {
      bad.add(
          fmt::format("{}: there is no class of this name in {}; the classes are those of train",
                      path.string(), split_folder(folder, Split::Train).string()));
      continue;
    }
    classes.push_back(
        class_files(path, static_cast<std::int32_t>(same - list.class_names.begin()), bad));
  }
  list.files = by_turns(classes);
  // Where its first files cannot be read they are told of as Train's.
  BadFiles of_train;
  list.reference = is_reference ? list.files : by_turns({class_files(known.front(), 0, of_train)});
  return list;
}

}  // namespace qfx::data
