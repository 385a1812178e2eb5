#include "qfx/steps/choose_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/kernels/fake_cast.h"
#include "qfx/kernels/khot.h"

namespace qfx::steps {
namespace {

using graph::CalibrationMethod;

// Points tried around the one that just holds the largest value: below it K-hot or rounding may
// still gain, above it values saturate.
constexpr int kCoarser = 2;
constexpr int kHistogramBins = 2048;
// Tensors of zeros alone, and points beyond these, say nothing: the range of float32 is not used
// up.
constexpr int kMaxPoint = 60;

double largest_magnitude(std::span<const float> values, const std::string& tensor) {
  double largest = 0;
  for (float v : values) {
    if (!std::isfinite(v)) {
      user_error(
          "tensor '{}' holds {} while calibrating; the float network has diverged, train it "
          "with a lower learning rate",
          tensor, v);
    }
    largest = std::max(largest, static_cast<double>(std::abs(v)));
  }
  return largest;
}

// The finest point whose range reaches `magnitude`.
int point_for_magnitude(double magnitude, const graph::QuantSpec& spec) {
  const int magnitude_bits = spec.is_signed ? spec.width - 1 : spec.width;
  if (magnitude <= 0) return std::clamp(magnitude_bits, -kMaxPoint, kMaxPoint);
  const int exponent = static_cast<int>(std::ceil(std::log2(magnitude)));
  return std::clamp(magnitude_bits - exponent, -kMaxPoint, kMaxPoint);
}

// ceil(log2 |value|), which is all that a point asks of a magnitude; zero has an exponent of its
// own.
constexpr int kExponentOfZero = std::numeric_limits<int>::min();
int exponent_of(float value) {
  if (value == 0) return kExponentOfZero;
  int exponent = 0;
  return std::frexp(std::abs(value), &exponent) == 0.5F ? exponent - 1 : exponent;
}

// The cast values in double, which carries every width.
std::vector<double> cast_of(std::span<const float> values, const graph::QuantSpec& spec,
                            int point) {
  std::vector<double> cast(values.begin(), values.end());
  const kernels::Extent extent{1, 1, static_cast<std::int64_t>(cast.size())};
  const fixed::Format format = spec.format(point);
  kernels::fake_cast(cast.data(), cast.data(), extent, format, &point);
  if (spec.k_hot > 0) {
    kernels::project_khot(cast.data(), extent, spec.k_hot, spec.signed_digits, format, &point);
  }
  return cast;
}

double squared_error(std::span<const float> values, const graph::QuantSpec& spec, int point) {
  const std::vector<double> cast = cast_of(values, spec, point);
  double error = 0;
  for (std::size_t i = 0; i < cast.size(); ++i) {
    error += (values[i] - cast[i]) * (values[i] - cast[i]);
  }
  return error;
}

std::vector<double> magnitude_histogram(std::span<const double> values, double largest) {
  std::vector<double> bins(kHistogramBins, 0.0);
  for (double v : values) {
    const double bin = std::abs(v) / largest * kHistogramBins;
    bins[static_cast<std::size_t>(std::clamp(bin, 0.0, kHistogramBins - 1.0))] += 1;
  }
  return bins;
}

// Divergence of what the cast leaves from what was there. As the cast's values sit on few bins,
// each one's count is spread evenly over the filled bins of x that it stands for (TensorRT's
// entropy calibration does so).
double divergence(std::span<const float> values, const graph::QuantSpec& spec, int point,
                  double largest) {
  const std::vector<double> real(values.begin(), values.end());
  const std::vector<double> reference = magnitude_histogram(real, largest);
  std::vector<double> centres(kHistogramBins);
  std::vector<float> real_centres(kHistogramBins);
  for (int i = 0; i < kHistogramBins; ++i) {
    real_centres[i] = static_cast<float>((i + 0.5) * largest / kHistogramBins);
  }
  const std::vector<double> cast = cast_of(real_centres, spec, point);
  std::vector<double> spread(kHistogramBins, 0.0);
  for (int begin = 0; begin < kHistogramBins;) {
    int end = begin;
    double mass = 0, filled = 0;
    for (; end < kHistogramBins && cast[end] == cast[begin]; ++end) {
      mass += reference[end];
      filled += reference[end] > 0;
    }
    for (int i = begin; i < end; ++i) {
      if (reference[i] > 0) spread[i] = mass / filled;
    }
    begin = end;
  }
  // A saturated tail is one group as wide as what it swallowed: it pays by its spread.
  const double total = static_cast<double>(values.size());
  double sum = 0;
  for (int i = 0; i < kHistogramBins; ++i) {
    if (reference[i] > 0) sum += reference[i] / total * std::log(reference[i] / spread[i]);
  }
  return sum;
}

template <class Cost>
int least(int first, int last, const Cost& cost) {
  int best = first;
  double least_cost = std::numeric_limits<double>::infinity();
  for (int point = first; point <= last; ++point) {
    const double here = cost(point);
    if (here < least_cost) {
      least_cost = here;
      best = point;
    }
  }
  return best;
}

}  // namespace

PointChooser::PointChooser(const graph::QuantSpec& spec, const PointSearch& search,
                           std::string tensor)
    : spec_(spec), search_(search), tensor_(std::move(tensor)) {}

bool PointChooser::searches() const {
  return search_.method == CalibrationMethod::Mse || search_.method == CalibrationMethod::Kl;
}

void PointChooser::add(std::span<const float> values) {
  if (values.empty()) return;
  largest_ = std::max(largest_, largest_magnitude(values, tensor_));
  switch (search_.method) {
    case CalibrationMethod::Max:
      return;
    case CalibrationMethod::Mean3Sd:
      return add_moments(values);
    case CalibrationMethod::Percentile:
      for (const float v : values) ++by_exponent_[exponent_of(v)];
      return;
    case CalibrationMethod::Mse:
    case CalibrationMethod::Kl:
      values_.insert(values_.end(), values.begin(), values.end());
      return;
  }
  internal_error("a calibration method that is none");
}

// Each part has its own mean first; the parts are joined by Chan's formula.
void PointChooser::add_moments(std::span<const float> values) {
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const float v : values) squares += (v - mean) * (v - mean);
  const double all = count_ + count, apart = mean - mean_;
  squares_ += count_ == 0 ? squares : squares + apart * apart * count_ * count / all;
  mean_ = count_ == 0 ? mean : mean_ + apart * count / all;
  count_ = all;
}

// The power of two above it.
double PointChooser::percentile_magnitude() const {
  std::int64_t count = 0;
  for (const auto& [exponent, values] : by_exponent_) count += values;
  const double rank = std::clamp(search_.percentile / 100, 0.0, 1.0) * static_cast<double>(count);
  std::int64_t left = static_cast<std::int64_t>(
      std::clamp(std::ceil(rank) - 1, 0.0, static_cast<double>(count - 1)));
  for (const auto& [exponent, values] : by_exponent_) {
    if (left < values) return exponent == kExponentOfZero ? 0 : std::ldexp(1.0, exponent);
    left -= values;
  }
  internal_error("a percentile beyond all values");
}

int PointChooser::point() const {
  const int whole = point_for_magnitude(largest_, spec_);
  if (largest_ == 0) return whole;
  // The finest point worth a try leaves one bit of range to the largest value's own magnitude.
  const int first = std::max(whole - kCoarser, -kMaxPoint);
  const int last = std::min(whole + spec_.width, kMaxPoint);
  switch (search_.method) {
    case CalibrationMethod::Max:
      return whole;
    case CalibrationMethod::Mean3Sd:
      return point_for_magnitude(std::abs(mean_) + 3 * std::sqrt(squares_ / count_), spec_);
    case CalibrationMethod::Percentile:
      return point_for_magnitude(percentile_magnitude(), spec_);
    case CalibrationMethod::Mse:
      return least(first, last, [&](int point) { return squared_error(values_, spec_, point); });
    case CalibrationMethod::Kl:
      return least(first, last,
                   [&](int point) { return divergence(values_, spec_, point, largest_); });
  }
  internal_error("a calibration method that is none");
}

int choose_point(std::span<const float> values, const graph::QuantSpec& spec,
                 const PointSearch& search, const std::string& tensor) {
  PointChooser chooser(spec, search, tensor);
  chooser.add(values);
  return chooser.point();
}

std::vector<int> coarsened_bias(const std::vector<int>& bias, const std::vector<int>& weight,
                                int input) {
  const int finest = *std::max_element(weight.begin(), weight.end());
  std::vector<int> points;
  for (std::size_t c = 0; c < bias.size(); ++c)
    points.push_back(
        std::min(bias[c], input + (weight.size() == bias.size() ? weight[c] : finest)));
  return points;
}

}  // namespace qfx::steps
