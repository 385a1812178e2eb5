#include "data/npy.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "data/npy_array.h"

#include "qfx/base/file.h"

namespace qfx::data {
namespace {

constexpr std::string_view kNpyHelp =
    "an npy folder holds train_x.npy, train_y.npy, test_x.npy and test_y.npy, written by "
    "numpy.save";

std::uint64_t little_endian(const std::uint8_t* bytes, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

// The other split's header is enough; where its files are not there, nothing is to agree with.
void check_other_split(const InputFile& file, const Dataset& set,
                       const std::filesystem::path& other) {
  if (!path_exists(other)) return;
  InputFile other_file(other);
  Dataset one;
  read_npy_samples(other_file, 1, one);
  if (one.sample_shape != set.sample_shape)
    file.fail("its samples have shape [{}], and those of {} have [{}]; both must be of one shape",
              fmt::join(set.sample_shape, ", "), other.string(), fmt::join(one.sample_shape, ", "));
  if (one.bytes.empty() != set.bytes.empty())
    file.fail("its samples are {}, and those of {} are {}; both must be of one type",
              set.bytes.empty() ? "float32" : "uint8", other.string(),
              one.bytes.empty() ? "float32" : "uint8");
}

std::string type_text(const NpyHeader& header) {
  return fmt::format("{}{}", header.kind, header.item_size);
}

}  // namespace

std::uint64_t read_npy_samples(InputFile& file, std::uint64_t limit, Dataset& set) {
  NpyArray array = read_npy(file, limit);
  const auto& shape = array.header.shape;
  if (shape.size() < 2 || shape.size() > 4 ||
      std::find(shape.begin(), shape.end(), 0u) != shape.end())
    file.fail(
        "its array has shape {}; samples are (N, D), (N, H, W) or (N, C, H, W), no dimension 0",
        shape_text(shape));
  set.sample_shape.assign(shape.begin() + 1, shape.end());
  if (shape.size() == 3) set.sample_shape.insert(set.sample_shape.begin(), 1);

  const std::string type = type_text(array.header);
  if (type == "u1") {
    set.bytes = std::move(array.bytes);
  } else if (type == "f4") {
    set.floats.resize(array.bytes.size() / 4);
    for (std::size_t i = 0; i < set.floats.size(); ++i) {
      set.floats[i] = std::bit_cast<float>(
          static_cast<std::uint32_t>(little_endian(array.bytes.data() + 4 * i, 4)));
      if (!std::isfinite(set.floats[i]))
        file.fail("element {} of sample {} is {}; every value must be finite",
                  i % static_cast<std::size_t>(set.sample_size()),
                  i / static_cast<std::size_t>(set.sample_size()), set.floats[i]);
    }
  } else {
    file.fail("its elements have type {}; samples are u1 (uint8) or f4 (float32)", type);
  }
  return shape[0];
}

std::vector<std::int32_t> read_npy_labels(InputFile& file) {
  const NpyArray array = read_npy(file, 0);
  const auto& header = array.header;
  if (header.kind != 'i' && header.kind != 'u')
    file.fail("its elements have type {}; labels are integers, i1 to i8 or u1 to u8",
              type_text(header));
  const bool is_list =
      header.shape.size() == 1 || (header.shape.size() == 2 && header.shape[1] == 1);
  if (!is_list || header.shape[0] == 0)
    file.fail("its array has shape {}; labels are (N,) or (N, 1) with at least one entry",
              shape_text(header.shape));
  std::vector<std::int32_t> labels(header.shape[0]);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int size = header.item_size;
    const std::uint64_t raw =
        little_endian(array.bytes.data() + i * static_cast<std::size_t>(size), size);
    const bool is_negative = header.kind == 'i' && (raw >> (8 * size - 1) & 1) != 0;
    if (is_negative || raw >= kMaxClasses) {
      const std::string shown =
          is_negative
              ? fmt::to_string(static_cast<std::int64_t>(raw << (64 - 8 * size)) >> (64 - 8 * size))
              : fmt::to_string(raw);
      file.fail("label {} of sample {} is out of range; 0 to {} are allowed", shown, i,
                kMaxClasses - 1);
    }
    labels[i] = static_cast<std::int32_t>(raw);
  }
  return labels;
}

Dataset load_npy(const std::filesystem::path& folder, Split split, std::int64_t limit) {
  const std::string prefix = split == Split::Train ? "train" : "test";
  InputFile sample_file(folder / (prefix + "_x.npy"), kNpyHelp);
  InputFile label_file(folder / (prefix + "_y.npy"), kNpyHelp);
  Dataset set;
  set.labels = read_npy_labels(label_file);
  const std::uint64_t count = read_npy_samples(sample_file, static_cast<std::uint64_t>(limit), set);
  if (count != set.labels.size())
    label_file.fail("it has {} labels, but {} has {} samples; both must belong to one set",
                    set.labels.size(), sample_file.path().string(), count);

  check_other_split(sample_file, set,
                    folder / (split == Split::Train ? "test_x.npy" : "train_x.npy"));

  int largest = *std::max_element(set.labels.begin(), set.labels.end());
  // Both splits of a set must agree on the number of classes, even if one lacks the last class.
  const auto other = folder / (split == Split::Train ? "test_y.npy" : "train_y.npy");
  if (path_exists(other)) {
    InputFile other_file(other);
    const auto labels = read_npy_labels(other_file);
    largest = std::max(largest, *std::max_element(labels.begin(), labels.end()));
  }
  set.class_count = largest + 1;
  if (limit > 0 && limit < std::ssize(set.labels))
    set.labels.resize(static_cast<std::size_t>(limit));
  return set;
}

}  // namespace qfx::data
