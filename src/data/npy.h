// A data set of NPY files: train_x.npy, train_y.npy, test_x.npy, test_y.npy, val_x.npy, val_y.npy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/input_file.h"

#include "qfx/data/dataset.h"

namespace qfx::data {

inline constexpr int kMaxClasses = 1 << 16;

// x: (N, D), (N, H, W), (N, C, L) or (N, C, H, W), or with the channels last; every number finite.
// Fills shape, bytes or floats, and notes. Returns N, the number of samples in the file.
std::uint64_t read_npy_samples(InputFile& file, std::uint64_t limit, Layout layout, Dataset& set);

struct Labels {
  std::vector<std::int32_t> labels;
  int class_count = 0;  // the width of one-hot labels, else one more than the largest
};

// y: whole numbers 0 to kMaxClasses - 1 of any type, (N,) or (N, 1), or one-hot (N, classes).
Labels read_npy_labels(InputFile& file);

struct Values {
  std::vector<float> values;  // {samples, size}
  std::int64_t size = 0;
};

// y: (N,) or (N, K) numbers of any type.
Values read_npy_targets(InputFile& file);

bool npy_has_validation(const std::filesystem::path& folder);

// folder: or one array, whose samples have no targets.
Dataset load_npy(const Source& source, const std::filesystem::path& folder, Split split,
                 std::int64_t limit);

}  // namespace qfx::data
