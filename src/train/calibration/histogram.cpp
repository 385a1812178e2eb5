#include "train/calibration/histogram.h"

#include <algorithm>
#include <cmath>

#include "train/calibration/calibrate.h"

namespace qfx::train {
namespace {

constexpr int kBins = 64;

Histogram histogram_of(const Point& point, const at::Tensor& values) {
  const fixed::Format format = point.spec.format(point.frac_bits[0]);
  const at::Tensor row = values.detach().to(at::kFloat).contiguous();
  const float* x = row.data_ptr<float>();
  Histogram h;
  h.tensor = point.tensor;
  h.format = fixed::to_string(format);
  h.minimum = *std::min_element(x, x + row.numel());
  h.maximum = *std::max_element(x, x + row.numel());
  h.range_low = std::ldexp(static_cast<double>(fixed::min_raw(format)), -format.frac_bits());
  h.range_high = std::ldexp(static_cast<double>(fixed::max_raw(format)), -format.frac_bits());
  h.low = std::min(h.minimum, h.range_low);
  h.high = std::max({h.maximum, h.range_high, h.low + 1e-12});
  h.counts.assign(kBins, 0);
  const double scale = kBins / (h.high - h.low);
  for (std::int64_t i = 0; i < row.numel(); ++i) {
    const auto bin = static_cast<int>((x[i] - h.low) * scale);
    ++h.counts[std::clamp(bin, 0, kBins - 1)];
  }
  return h;
}

}  // namespace

std::vector<Histogram> histograms(Network& network, const at::Tensor& samples) {
  std::vector<Histogram> all;
  visit_uncast_values(network, samples, [&](Point& point, const at::Tensor& values, bool) {
    if (point.casts()) all.push_back(histogram_of(point, values));
  });
  return all;
}

}  // namespace qfx::train
