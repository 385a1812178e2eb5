#include "qfx/steps/histogram.h"

#include <algorithm>
#include <cmath>

namespace qfx::steps {
namespace {

constexpr int kBins = 64;

}  // namespace

Histogram histogram_of(std::span<const float> values, const fixed::Format& format) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  Histogram h;
  h.minimum = *least;
  h.maximum = *most;
  h.range_low = std::ldexp(static_cast<double>(fixed::min_raw(format)), -format.frac_bits());
  h.range_high = std::ldexp(static_cast<double>(fixed::max_raw(format)), -format.frac_bits());
  h.low = std::min(h.minimum, h.range_low);
  h.high = std::max({h.maximum, h.range_high, h.low + 1e-12});
  h.counts.assign(kBins, 0);
  const double scale = kBins / (h.high - h.low);
  for (const float value : values) {
    const auto bin = static_cast<int>((value - h.low) * scale);
    ++h.counts[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))];
  }
  return h;
}

}  // namespace qfx::steps
