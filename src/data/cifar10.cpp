#include "data/cifar10.h"

#include <algorithm>

namespace qfx::data {
namespace {

constexpr std::uint64_t kPixels = 3 * 32 * 32;
constexpr std::uint64_t kRecord = 1 + kPixels;
constexpr int kClasses = 10;
constexpr std::string_view kCifar10Help =
    "a CIFAR-10 folder holds data_batch_1.bin to data_batch_5.bin and test_batch.bin, unpacked "
    "from "
    "cifar-10-binary.tar.gz";

}  // namespace

void read_cifar10_batch(const std::filesystem::path& path, std::int64_t limit, Dataset& set) {
  InputFile file(path, kCifar10Help);
  const std::uint64_t size = std::filesystem::file_size(path);
  if (size % kRecord != 0)
    file.fail(
        "it has {} bytes, not a whole number of records of {} (1 label, 3 x 32 x 32 pixels); it is "
        "truncated or not a CIFAR-10 batch",
        size, kRecord);
  std::uint64_t count = size / kRecord;
  if (limit > 0) count = std::min(count, static_cast<std::uint64_t>(limit - set.size()));
  const auto records = file.read(count * kRecord, "the records");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint8_t* record = records.data() + i * kRecord;
    if (record[0] >= kClasses)
      file.fail("label {} of record {} is out of range; CIFAR-10 has {} classes, 0 to {}",
                int{record[0]}, i, kClasses, kClasses - 1);
    set.labels.push_back(record[0]);
    set.bytes.insert(set.bytes.end(), record + 1, record + kRecord);
  }
}

Dataset load_cifar10(const std::filesystem::path& folder, Split split, std::int64_t limit) {
  std::vector<std::filesystem::path> batches;
  if (split == Split::Test) {
    batches.push_back(folder / "test_batch.bin");
  } else {
    for (int i = 1; i <= 5; ++i) batches.push_back(folder / fmt::format("data_batch_{}.bin", i));
  }
  // All of them must be there, also where a limit stops before the last: the set is the same set.
  for (const auto& path : batches) InputFile(path, kCifar10Help);

  Dataset set;
  set.sample_shape = {3, 32, 32};
  set.class_count = kClasses;
  set.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                     "dog",      "frog",       "horse", "ship", "truck"};
  for (const auto& path : batches) {
    if (limit > 0 && set.size() == limit) break;
    read_cifar10_batch(path, limit, set);
  }
  return set;
}

}  // namespace qfx::data
