// The sizes of a tensor, outermost first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qfx {

// Without the batch: {C, H, W} for images, {C, L} for sequences, {N} for vectors; {} for a scalar.
using Shape = std::vector<std::int64_t>;

// 1 for a scalar.
std::int64_t element_count(const Shape& shape);

std::string to_string(const Shape& shape);  // "[16, 28, 28]"

}  // namespace qfx
