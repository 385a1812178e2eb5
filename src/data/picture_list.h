// Which picture files a folder set has, and of which class each is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/data/dataset.h"

namespace qfx::data {

struct PictureFile {
  std::filesystem::path path;
  std::int32_t label = 0;
};

// Files that cannot be samples, told together.
class BadFiles {
 public:
  // `sentence` begins with the file's path.
  void add(std::string sentence) { sentences_.push_back(std::move(sentence)); }
  // Raises UserError where there are any: the sentence of the only one, or their number and the
  // first ten.
  void raise(const std::filesystem::path& folder) const;

 private:
  std::vector<std::string> sentences_;
};

struct PictureList {
  std::vector<std::string> class_names;
  std::vector<PictureFile> files;      // of the split, class by turns
  std::vector<PictureFile> reference;  // candidates for the picture that all are like
  bool is_whole = false;               // nobody has split the set: `files` are all of it
};

bool is_picture_name(const std::filesystem::path& path);  // .png, .jpg, .jpeg

// Whether a folder in DIR holds validation pictures: val, valid or validation.
bool folder_has_validation(const std::filesystem::path& folder);

// Whether a folder has pictures and no folders: new samples, of no class.
bool are_plain_pictures(const std::filesystem::path& folder);
PictureList list_plain_pictures(const std::filesystem::path& folder, BadFiles& bad);

// Files in subfolders of a class count as its own; hidden ones do not count. What is no picture by
// its name goes to `bad`.
PictureList list_pictures(const std::filesystem::path& folder, Split split, BadFiles& bad);

}  // namespace qfx::data
