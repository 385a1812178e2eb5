// Samples that nobody has labelled, for a network to look at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/data/dataset.h"

namespace qfx::data {

// Whether the path is such samples by itself: an .npy file, a picture, or a folder that holds
// pictures and no folders.
bool is_unlabelled(const std::string& path);

// Those samples, without labels, for a network whose input has this shape. An array is (N, sample)
// or one sample; pictures are made grey or coloured and resized as the input asks, as folder@HxWrgb
// does it, and come in the order of their names. limit > 0 keeps the first `limit`. Raises
// UserError that names the file.
Dataset load_unlabelled(const std::string& path, const std::vector<std::int64_t>& input,
                        Layout layout, std::int64_t limit);

}  // namespace qfx::data
