// CIFAR-10's binary layout: records of one label byte and 3,072 pixel bytes, the red, green and
// blue planes of 32 x 32 row-major. Source: https://www.cs.toronto.edu/~kriz/cifar.html.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/input_file.h"

#include "qfx/data/dataset.h"

namespace qfx::data {

// Appends the records of one batch file to `set`, until it holds `limit` samples if limit > 0.
void read_cifar10_batch(const std::filesystem::path& path, std::int64_t limit, Dataset& set);

// data_batch_1.bin to data_batch_5.bin, or test_batch.bin. A batch may hold any whole number of
// records.
Dataset load_cifar10(const std::filesystem::path& folder, Split split, std::int64_t limit);

}  // namespace qfx::data
