// What a tensor holds, beside the range of its format.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::steps {

// Counts of values in equal bins from `low` to `high`, which cover the values and the range.
struct Histogram {
  double low = 0, high = 0;
  std::vector<std::int64_t> counts;
  double minimum = 0, maximum = 0;       // of the values
  double range_low = 0, range_high = 0;  // of the format
};

// 64 bins; at least one value, each finite.
Histogram histogram_of(std::span<const float> values, const fixed::Format& format);

}  // namespace qfx::steps
