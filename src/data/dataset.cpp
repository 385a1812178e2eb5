#include "qfx/data/dataset.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "data/cifar10.h"
#include "data/csv.h"
#include "data/folder.h"
#include "data/idx.h"
#include "data/notes.h"
#include "data/npy.h"
#include "data/picture_list.h"
#include "data/split.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/data/recognize.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFashionMnistFolder = "/usr/share/datasets/fashion-mnist";
constexpr std::string_view kFashionMnist = "fashion-mnist";
const std::vector<std::string> kFashionClasses{"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                               "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                               "Bag",         "Ankle boot"};

// The parts of a source's text.
struct Place {
  std::string kind;       // "fashion-mnist", "idx", "folder"
  std::string_view form;  // "32x48rgb" of "folder@32x48rgb:DIR"; has none where it is null
  fs::path path;
};

[[noreturn]] void fail_unknown(const std::string& text, const std::string& kind) {
  const Recognized found = recognize(text);
  if (found.thing == Thing::Samples)
    user_error("the data source '{}' does not say its kind; write '{}'", text, found.source);
  if (found.thing != Thing::Nothing && found.thing != Thing::Other)
    user_error(
        "the data source '{}' is {}, and no data; data is named by kind and place, as npy:DIR, "
        "csv:FILE or folder:DIR{}",
        text, thing_text(found.thing),
        found.thing == Thing::RunFolder || found.thing == Thing::Recipe
            ? " (that of a recipe by its data.source)"
            : "");
  user_error(
      "the data source '{}' is not known; allowed are fashion-mnist, idx:DIR, cifar10:DIR, "
      "npy:DIR, csv:DIR, csv:FILE, folder:DIR and folder@HxW:DIR (nearest: {})",
      text,
      nearest(kind,
              {"fashion-mnist", "idx:DIR", "cifar10:DIR", "npy:DIR", "csv:DIR", "folder:DIR"}));
}

std::string from_where(const fs::path& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (path.is_absolute() || error) return "";
  return fmt::format(" (seen from the folder qfx is called from, {})", here.string());
}

void check_place(const Place& place, const Source& source) {
  const std::string& text = source.text;
  if (place.path.empty())
    user_error("the data source '{}' names no folder; write {}:DIR", text, place.kind);
  const bool may_be_file = place.kind == "csv" || (place.kind == "npy" && source.is_new);
  if (!is_folder(place.path) && !(may_be_file && is_file(place.path)))
    user_error(
        "the data source '{}' names {}, which is not a folder{}{}; give the folder that holds the "
        "files",
        text, place.path.string(), may_be_file ? " and not a file" : "", from_where(place.path));
  if (path_exists(place.path / "recipe.toml") && !has_files_of(place.path, place.kind))
    user_error(
        "the data source '{}' names a run folder; give the folder that holds the samples, which "
        "data.source in its recipe.toml names",
        text);
}

Place place_of(const Source& source) {
  const std::string& text = source.text;
  if (text == kFashionMnist) return {text, {}, kFashionMnistFolder};
  const std::size_t colon = text.find(':');
  const std::string head = text.substr(0, colon);
  const std::size_t at = head.find('@');
  Place place{head.substr(0, at), {}, {}};
  const bool has_form = at != std::string::npos;
  const bool is_known =
      place.kind == "folder" || (!has_form && (place.kind == "idx" || place.kind == "cifar10" ||
                                               place.kind == "npy" || place.kind == "csv"));
  if (colon == std::string::npos || !is_known) fail_unknown(text, head);
  if (has_form) place.form = std::string_view(text).substr(at + 1, colon - at - 1);
  place.path = text.substr(colon + 1);
  check_place(place, source);
  return place;
}

bool has_own_validation(const Place& place) {
  if (place.kind == "npy") return npy_has_validation(place.path);
  if (place.kind == "csv") return csv_has_validation(place.path);
  return place.kind == "folder" && folder_has_validation(place.path);
}

// Keys that say nothing about this kind of source would be read and forgotten.
void check_keys(const Source& source, const Place& place, bool is_whole) {
  if (source.layout != Layout::Unsaid && place.kind != "npy")
    user_error("data.layout is about the axes of NPY arrays, and the source is '{}'; leave it out",
               source.text);
  if (place.kind != "csv" && !(source.label.empty() && source.ignore.empty()))
    user_error("data.{} names columns of a CSV table, and the source is '{}'; leave it out",
               source.label.empty() ? "ignore" : "label", source.text);
  if (source.test > 0 && !is_whole && !source.is_new)
    user_error(
        "data.test is the share of samples to test with where nobody has split them, and {} has a "
        "test split of its own; leave it out",
        source.text);
  if (source.validation > 0 && has_own_validation(place))
    user_error(
        "data.validation is a share of the training samples, and {} has a validation split of its "
        "own; leave the key out",
        source.text);
  if (source.targets == Targets::Values && place.kind != "npy" && place.kind != "csv")
    user_error(
        "the samples of {} have classes, and this loss compares with numbers; those come from "
        "npy:DIR or csv:DIR (for classes write loss = \"cross_entropy\")",
        source.text);
}

bool is_whole(const Place& place) {
  if (place.kind == "csv") return !is_folder(place.path);
  return place.kind == "folder" && !path_exists(place.path / "train") &&
         !path_exists(place.path / "test");
}

Dataset load_fixed(const Source& source, const Place& place, Split split, std::int64_t limit) {
  const Split read = split == Split::Validation ? Split::Train : split;
  const bool needs_labels = source.targets != Targets::None && !source.is_new;
  Dataset set;
  if (place.kind == kFashionMnist) {
    set = load_idx(
        place.path, read, limit, 10, needs_labels,
        "install the Debian package dataset-fashion-mnist, or give another folder as idx:DIR");
    set.class_names = kFashionClasses;
  } else if (place.kind == "idx") {
    set = load_idx(place.path, read, limit, 0, needs_labels,
                   "an idx folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                   "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or with .gz");
  } else {
    set = load_cifar10(place.path, read, limit);
  }
  take_split(source, split, limit, false, set);
  return set;
}

Dataset load_at(const Source& source, const Place& place, Split split, std::int64_t limit) {
  if (place.kind == "npy") return load_npy(source, place.path, split, limit);
  if (place.kind == "csv") return load_csv(source, place.path, split, limit);
  if (place.kind == "folder") {
    const PictureForm form =
        place.form.data() == nullptr ? PictureForm{} : parse_picture_form(place.form, source.text);
    return load_folder(source, place.path, split, limit, form);
  }
  return load_fixed(source, place, split, limit);
}

// With what else the folder seems to be where it is not of the kind that the text says.
Dataset load_or_hint(const Source& source, const Place& place, Split split, std::int64_t limit) {
  try {
    return load_at(source, place, split, limit);
  } catch (const UserError& error) {
    if (!is_folder(place.path) || has_files_of(place.path, place.kind)) throw;
    const Recognized found = recognize(place.path);
    if (found.thing != Thing::Samples) throw;
    user_error("{}; what lies there looks like {}", error.what(), found.source);
  }
}

}  // namespace

std::int64_t Dataset::sample_size() const {
  std::int64_t size = 1;
  for (std::int64_t n : sample_shape) size *= n;
  return size;
}

std::int64_t Dataset::size() const {
  const auto values = static_cast<std::int64_t>(bytes.size() + floats.size());
  return values == 0 ? 0 : values / sample_size();
}

void Dataset::copy_samples(std::int64_t first, std::int64_t count, float* out) const {
  QFX_ASSERT(first >= 0 && count >= 0 && first <= size() && count <= size() - first);
  const std::int64_t begin = first * sample_size(), end = begin + count * sample_size();
  if (bytes.empty()) {
    std::copy(floats.begin() + begin, floats.begin() + end, out);
  } else {
    std::copy(bytes.begin() + begin, bytes.begin() + end, out);
  }
}

void Dataset::check_labels(std::int64_t outputs) const {
  for (std::int64_t i = 0; i < std::ssize(labels); ++i) {
    if (labels[i] < 0 || labels[i] >= outputs)
      user_error(
          "sample {} of {} has label {}, and the model has {} outputs; labels 0 to {} are allowed, "
          "give the data the model was trained on",
          i, name, labels[i], outputs, outputs - 1);
  }
}

Dataset load(const Source& source, Split split, std::int64_t limit) {
  if (limit < 0)
    user_error("the limit of the data source '{}' is {}; 0 (all) or more is allowed", source.text,
               limit);
  const Place place = place_of(source);
  check_keys(source, place, is_whole(place));
  if (split == Split::Validation && source.validation <= 0 && !has_own_validation(place))
    user_error("{} has no validation split; write validation = 0.1 under [data]", source.text);
  Dataset set = load_or_hint(source, place, split, limit);
  set.name = source.text;
  QFX_ASSERT(static_cast<std::int64_t>(set.bytes.size() + set.floats.size()) ==
             set.size() * set.sample_size());
  QFX_ASSERT(set.labels.empty() || std::ssize(set.labels) == set.size());
  QFX_ASSERT(std::ssize(set.targets) == set.size() * set.target_size);
  note_labels(source, split, limit, set);
  return set;
}

bool has_validation(const Source& source) {
  return source.validation > 0 || has_own_validation(place_of(source));
}

}  // namespace qfx::data
