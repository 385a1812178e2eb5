// IDX, the format of MNIST and its kin: a big-endian magic number, the dimensions, then the bytes.
// Source: http://yann.lecun.com/exdb/mnist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/input_file.h"

#include "qfx/data/dataset.h"

namespace qfx::data {

struct IdxImages {
  std::uint64_t count = 0;  // as the header says; `bytes` holds the first limit of them
  std::uint64_t rows = 0, columns = 0;
  std::vector<std::uint8_t> bytes;
};

// limit = 0: all. Raise UserError that names the file.
IdxImages read_idx_images(InputFile& file, std::uint64_t limit);
std::vector<std::uint8_t> read_idx_labels(InputFile& file);

// The four files of MNIST's layout, each plain or with .gz. needs_labels: false where a set may
// lack its labels. class_count 0: one more than the largest label of either split; else labels of
// class_count or more are errors. `help` says where the files come from.
Dataset load_idx(const std::filesystem::path& folder, Split split, std::int64_t limit,
                 int class_count, bool needs_labels, std::string_view help);

}  // namespace qfx::data
