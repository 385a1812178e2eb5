#include "data/idx.h"

#include <algorithm>

#include "qfx/base/file.h"

namespace qfx::data {
namespace {

// 0x08: unsigned bytes; the last byte is the number of dimensions.
constexpr std::uint32_t kLabelMagic = 0x00000801;
constexpr std::uint32_t kImageMagic = 0x00000803;

std::uint32_t big_endian(const std::vector<std::uint8_t>& bytes, std::size_t word) {
  const std::uint8_t* b = bytes.data() + 4 * word;
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

void check_magic(const InputFile& file, std::uint32_t found, std::uint32_t wanted,
                 std::string_view kind) {
  if (found != wanted)
    file.fail(
        "it starts with magic number 0x{:08x}, but {} start with 0x{:08x}; this is another kind of "
        "file",
        found, kind, wanted);
}

std::filesystem::path plain_or_gzip(const std::filesystem::path& folder, const std::string& name) {
  const auto plain = folder / name;
  const auto gzip = folder / (name + ".gz");
  return !path_exists(plain) && path_exists(gzip) ? gzip : plain;
}

std::string labels_name(Split split) {
  return split == Split::Train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte";
}

std::string images_name(Split split) {
  return split == Split::Train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte";
}

// The other split's header is enough; where its files are not there, nothing is to agree with.
void check_other_split(const InputFile& file, const IdxImages& images,
                       const std::filesystem::path& other) {
  if (!path_exists(other)) return;
  InputFile other_file(other);
  const IdxImages one = read_idx_images(other_file, 1);
  if (one.rows != images.rows || one.columns != images.columns)
    file.fail(
        "its images have {} x {} pixels, and those of {} have {} x {}; both must be of one size",
        images.rows, images.columns, other.string(), one.rows, one.columns);
}

}  // namespace

IdxImages read_idx_images(InputFile& file, std::uint64_t limit) {
  const auto header = file.read(16, "the header of an IDX image file");
  check_magic(file, big_endian(header, 0), kImageMagic,
              "IDX images (unsigned bytes, 3 dimensions)");
  IdxImages images{big_endian(header, 1), big_endian(header, 2), big_endian(header, 3), {}};
  if (images.count == 0 || images.rows == 0 || images.columns == 0)
    file.fail("its header claims {} images of {} x {} pixels; each must be at least 1",
              images.count, images.rows, images.columns);
  const std::uint64_t total = checked_product(file, {images.count, images.rows, images.columns});
  const std::string what =
      fmt::format("{} images of {} x {} pixels", images.count, images.rows, images.columns);
  file.expect_remaining(total, what);
  if (limit == 0 || limit >= images.count) {
    images.bytes = file.read(total, what);
    file.expect_end(what);
  } else {
    images.bytes = file.read(limit * images.rows * images.columns, what);
  }
  return images;
}

std::vector<std::uint8_t> read_idx_labels(InputFile& file) {
  const auto header = file.read(8, "the header of an IDX label file");
  check_magic(file, big_endian(header, 0), kLabelMagic, "IDX labels (unsigned bytes, 1 dimension)");
  const std::uint64_t count = big_endian(header, 1);
  const std::string what = fmt::format("{} labels", count);
  if (count == 0) file.fail("its header claims 0 labels; at least 1 is needed");
  file.expect_remaining(count, what);
  auto labels = file.read(count, what);
  file.expect_end(what);
  return labels;
}

Dataset load_idx(const std::filesystem::path& folder, Split split, std::int64_t limit,
                 int class_count, bool needs_labels, std::string_view help) {
  const Split other_split = split == Split::Train ? Split::Test : Split::Train;
  const auto labels_path = plain_or_gzip(folder, labels_name(split));
  InputFile image_file(plain_or_gzip(folder, images_name(split)), help);
  const bool has_labels = needs_labels || path_exists(labels_path);
  auto images = read_idx_images(image_file, static_cast<std::uint64_t>(limit));
  check_other_split(image_file, images, plain_or_gzip(folder, images_name(other_split)));

  Dataset set;
  set.sample_shape = {1, static_cast<std::int64_t>(images.rows),
                      static_cast<std::int64_t>(images.columns)};
  set.bytes = std::move(images.bytes);
  if (!has_labels) return set;
  InputFile label_file(labels_path, help);
  const auto labels = read_idx_labels(label_file);
  if (labels.size() != images.count)
    label_file.fail("it has {} labels, but {} has {} images; both must belong to one set",
                    labels.size(), image_file.path().string(), images.count);
  int largest = *std::max_element(labels.begin(), labels.end());
  if (class_count > 0 && largest >= class_count) {
    const auto bad =
        std::find_if(labels.begin(), labels.end(), [&](int l) { return l >= class_count; });
    label_file.fail("label {} of image {} is out of range; this set has {} classes, 0 to {}",
                    int{*bad}, bad - labels.begin(), class_count, class_count - 1);
  }
  if (class_count == 0) {
    // Both splits of a set must agree on the number of classes, even if one lacks the last class.
    const auto other = plain_or_gzip(folder, labels_name(other_split));
    if (path_exists(other)) {
      InputFile other_file(other);
      const auto other_labels = read_idx_labels(other_file);
      largest = std::max(largest, int{*std::max_element(other_labels.begin(), other_labels.end())});
    }
  }
  set.labels.assign(labels.begin(), labels.begin() + set.size());
  set.class_count = class_count > 0 ? class_count : largest + 1;
  return set;
}

}  // namespace qfx::data
