// Any bytes as any data file: a UserError or a consistent result, no crash, no allocation beyond
// the input. The first byte picks the parser, the rest is the file.
#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#include "data/cifar10.h"
#include "data/csv.h"
#include "data/idx.h"
#include "data/image_file.h"
#include "data/npy.h"
#include "support/data_files.h"

namespace {

using namespace qfx::data;

void require(bool condition) {
  if (!condition) std::abort();
}

void parse(int kind, const std::string& path) {
  const std::uint64_t limit = kind & 8 ? 1 : 0;
  switch (kind & 7) {
    case 0: {
      InputFile file(path);
      const IdxImages images = read_idx_images(file, limit);
      require(images.bytes.size() == (limit ? limit : images.count) * images.rows * images.columns);
      break;
    }
    case 1: {
      InputFile file(path);
      require(!read_idx_labels(file).empty());
      break;
    }
    case 2: {
      Dataset set;
      read_cifar10_batch(path, 0, set);
      require(set.bytes.size() == set.labels.size() * 3072);
      break;
    }
    case 3: {
      InputFile file(path);
      const Labels labels = read_npy_labels(file);
      for (std::int32_t label : labels.labels) require(label >= 0 && label < labels.class_count);
      break;
    }
    case 5: {
      const Image image = read_image(path);
      require(image.pixels.size() ==
              static_cast<std::size_t>(image.channels * image.height * image.width));
      break;
    }
    case 6: {
      Source source("csv");
      source.targets = kind & 16 ? Targets::Values : kind & 32 ? Targets::None : Targets::Classes;
      const Dataset set = load_csv(source, path, Split::Train, static_cast<std::int64_t>(limit));
      require(std::ssize(set.targets) == set.size() * set.target_size);
      for (std::int32_t label : set.labels) require(label >= 0 && label < set.class_count);
      break;
    }
    case 7: {
      InputFile file(path);
      const Values targets = read_npy_targets(file);
      require(std::ssize(targets.values) % targets.size == 0);
      break;
    }
    default: {
      InputFile file(path);
      Dataset set;
      const Layout layout = kind & 16 ? Layout::ChannelsLast : Layout::Unsaid;
      const std::uint64_t count = read_npy_samples(file, limit, layout, set);
      require(set.bytes.size() + set.floats.size() ==
              (limit ? limit : count) * static_cast<std::uint64_t>(set.sample_size()));
      break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const int file = memfd_create("fuzz", 0);
  require(file >= 0 && ftruncate(file, 0) == 0);
  require(pwrite(file, data + 1, size - 1, 0) == static_cast<ssize_t>(size - 1));
  try {
    parse(data[0], "/proc/self/fd/" + std::to_string(file));
  } catch (const qfx::UserError&) {
  }
  return 0;
}

// Most mutations of a gzip file end at its checksum; every second one is made of an unpacked file
// instead.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size < 2 || seed % 16 != 0) return size;
  const std::string packed = qfx::test::gzip({reinterpret_cast<const char*>(data + 1), size - 1});
  if (packed.size() + 1 > max_size) return size;
  std::copy(packed.begin(), packed.end(), data + 1);
  return packed.size() + 1;
}
