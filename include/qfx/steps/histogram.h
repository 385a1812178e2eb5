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
  std::int64_t outside = 0;  // values that overflow: rounded, they lie outside the format
};

// Values that come in parts: all of them are looked at for their ends, then all are counted.
class HistogramBuilder {
 public:
  // frac_bits: of the format, or one per channel; the values of a channel are then multiplied by
  // the power of two that takes its own range to that of the format, and are judged there.
  HistogramBuilder(const fixed::Format& format, std::vector<int> frac_bits);

  // {channels, rest}, finite.
  void look_at(std::span<const float> values);
  void count(std::span<const float> values);
  // Of at least one value.
  const Histogram& result() const { return histogram_; }

 private:
  std::vector<float> on_one_range(std::span<const float> values) const;

  fixed::Format format_;
  std::vector<int> frac_bits_;
  Histogram histogram_;
  bool is_empty_ = true;
};

// 64 bins; at least one value, each finite.
Histogram histogram_of(std::span<const float> values, const fixed::Format& format);

}  // namespace qfx::steps
