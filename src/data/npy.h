// A data set of four NPY files: train_x.npy, train_y.npy, test_x.npy, test_y.npy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/input_file.h"

#include "qfx/data/dataset.h"

namespace qfx::data {

// x: u1 or f4, (N, D), (N, H, W) or (N, C, H, W); every float finite. Fills shape, bytes or floats.
// Returns N, the number of samples in the file.
std::uint64_t read_npy_samples(InputFile& file, std::uint64_t limit, Dataset& set);

// y: any integer type, (N,) or (N, 1), 0 to kMaxClasses - 1.
std::vector<std::int32_t> read_npy_labels(InputFile& file);

inline constexpr int kMaxClasses = 1 << 16;

Dataset load_npy(const std::filesystem::path& folder, Split split, std::int64_t limit);

}  // namespace qfx::data
