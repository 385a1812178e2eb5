#include "qfx/steps/histogram.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "qfx/kernels/fake_cast.h"

namespace qfx::steps {
namespace {

constexpr int kBins = 64;

}  // namespace

HistogramBuilder::HistogramBuilder(const fixed::Format& format, std::vector<int> frac_bits)
    : format_(format), frac_bits_(std::move(frac_bits)) {
  const int point = -format.frac_bits();
  histogram_.range_low = std::ldexp(static_cast<double>(fixed::min_raw(format)), point);
  histogram_.range_high = std::ldexp(static_cast<double>(fixed::max_raw(format)), point);
  histogram_.counts.assign(kBins, 0);
}

std::vector<float> HistogramBuilder::on_one_range(std::span<const float> values) const {
  std::vector<float> all(values.begin(), values.end());
  if (frac_bits_.size() < 2) return all;
  const std::size_t each = all.size() / frac_bits_.size();
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = std::ldexp(all[i], frac_bits_[i / each] - format_.frac_bits());
  return all;
}

void HistogramBuilder::look_at(std::span<const float> values) {
  if (values.empty()) return;
  const std::vector<float> all = on_one_range(values);
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  Histogram& h = histogram_;
  h.minimum = is_empty_ ? *least : std::min<double>(h.minimum, *least);
  h.maximum = is_empty_ ? *most : std::max<double>(h.maximum, *most);
  is_empty_ = false;
  h.low = std::min(h.minimum, h.range_low);
  h.high = std::max({h.maximum, h.range_high, h.low + 1e-12});
}

void HistogramBuilder::count(std::span<const float> values) {
  Histogram& h = histogram_;
  const double scale = kBins / (h.high - h.low);
  const std::vector<float> all = on_one_range(values);
  for (const float value : all) {
    const auto bin = static_cast<int>((value - h.low) * scale);
    ++h.counts[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))];
  }
  const int point = format_.frac_bits();
  const kernels::Extent extent{1, 1, static_cast<std::int64_t>(all.size())};
  const std::vector<double> wide(all.begin(), all.end());  // every width
  h.outside += kernels::count_overflows(wide.data(), extent, format_, &point);
}

Histogram histogram_of(std::span<const float> values, const fixed::Format& format) {
  HistogramBuilder builder(format, {format.frac_bits()});
  builder.look_at(values);
  builder.count(values);
  return builder.result();
}

}  // namespace qfx::steps
