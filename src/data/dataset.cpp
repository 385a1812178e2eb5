#include "qfx/data/dataset.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "data/cifar10.h"
#include "data/folder.h"
#include "data/idx.h"
#include "data/npy.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::data {
namespace {

constexpr std::string_view kFashionMnist = "/usr/share/datasets/fashion-mnist";
constexpr std::string_view kResizedFolder = "folder@";

std::filesystem::path folder_of(const std::string& source, std::size_t colon) {
  const std::filesystem::path folder = source.substr(colon + 1);
  if (folder.empty())
    user_error("the data source '{}' names no folder; write {}:DIR", source,
               source.substr(0, colon));
  if (!is_folder(folder))
    user_error(
        "the data source '{}' names {}, which is not a folder; give the folder that holds the "
        "files",
        source, folder.string());
  return folder;
}

Dataset load_by_kind(const std::string& source, Split split, std::int64_t limit) {
  if (source == "fashion-mnist")
    return load_idx(
        kFashionMnist, split, limit, 10,
        "install the Debian package dataset-fashion-mnist, or give another folder as idx:DIR");
  const std::size_t colon = source.find(':');
  const std::string kind = source.substr(0, colon);
  if (colon != std::string::npos) {
    if (kind == "idx")
      return load_idx(folder_of(source, colon), split, limit, 0,
                      "an idx folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                      "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or with .gz");
    if (kind == "cifar10") return load_cifar10(folder_of(source, colon), split, limit);
    if (kind == "npy") return load_npy(folder_of(source, colon), split, limit);
    if (kind == "folder") return load_folder(folder_of(source, colon), split, limit, std::nullopt);
    if (kind.starts_with(kResizedFolder))
      return load_folder(folder_of(source, colon), split, limit,
                         parse_image_size(kind.substr(kResizedFolder.size()), source));
  }
  user_error(
      "the data source '{}' is not known; allowed are fashion-mnist, idx:DIR, cifar10:DIR, "
      "npy:DIR, folder:DIR and folder@HxW:DIR (nearest: {})",
      source, nearest(kind, {"fashion-mnist", "idx:DIR", "cifar10:DIR", "npy:DIR", "folder:DIR"}));
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
  for (std::int64_t i = 0; i < size(); ++i) {
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
  Dataset set = load_by_kind(source.text, split, limit);
  set.name = source.text;
  QFX_ASSERT(static_cast<std::int64_t>(set.bytes.size() + set.floats.size()) ==
             set.size() * set.sample_size());
  return set;
}

}  // namespace qfx::data
