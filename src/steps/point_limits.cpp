#include "qfx/steps/point_limits.h"

#include <algorithm>
#include <cmath>

#include "qfx/kernels/fake_cast.h"

namespace qfx::steps {
namespace {

// Bits between the points of a factor's channels: what a channel that is 2^-12 of the coarsest one
// still says is said beside it, and finer ones only make the sums wide.
constexpr int kWidestSpread = 12;

// A quarter of a step of the output is 2^-(F + 2).
constexpr int kUnseen = 2;

int ceil_log2(std::int64_t count) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < count) ++bits;
  return bits;
}

bool casts_to_zeros(std::span<const float> values, const graph::QuantSpec& spec, int point) {
  std::vector<double> cast(values.begin(), values.end());
  const kernels::Extent extent{1, 1, static_cast<std::int64_t>(cast.size())};
  kernels::fake_cast(cast.data(), cast.data(), extent, spec.format(point), &point);
  return std::ranges::all_of(cast, [](double v) { return v == 0; });
}

// Zero because it is small, not because it wrapped around.
bool rounds_to_zeros(std::span<const float> values, const graph::QuantSpec& spec, int point) {
  const double step = std::ldexp(1.0, -point);
  return std::ranges::all_of(values, [&](float v) { return std::abs(v) < step; }) &&
         casts_to_zeros(values, spec, point);
}

std::span<const float> channel_of(std::span<const float> values, std::size_t channels,
                                  std::size_t c) {
  const std::size_t each = values.size() / channels;
  return values.subspan(c * each, each);
}

// Gives the idle ones the finest point of the others, where there are others.
void settle(const std::vector<bool>& idle, std::vector<int>& points) {
  std::vector<int> others;
  for (std::size_t c = 0; c < points.size(); ++c) {
    if (!idle[c]) others.push_back(points[c]);
  }
  if (others.empty()) return;
  const int finest = *std::ranges::max_element(others);
  for (std::size_t c = 0; c < points.size(); ++c) {
    if (idle[c]) points[c] = std::min(points[c], finest);
  }
}

}  // namespace

int magnitude_bits(const graph::QuantSpec& spec, int frac_bits) {
  return spec.width - (spec.is_signed ? 1 : 0) - frac_bits;
}

int finest_factor(const ProductSum& sum) {
  // terms * 2^-(F + 1) * 2^input_bits <= 2^-(output_point + 2)
  return sum.output_point + kUnseen - 1 + sum.input_bits + ceil_log2(sum.terms);
}

int finest_summand(int product_bits, int output_point) {
  return std::max(product_bits, output_point + kUnseen - 1);
}

std::vector<int> limited_factor(const std::vector<int>& points, std::span<const float> values,
                                const graph::QuantSpec& spec, const ProductSum& sum) {
  const int finest = finest_factor(sum);
  const double unseen = std::ldexp(1.0, -(sum.output_point + kUnseen + sum.input_bits));
  std::vector<int> limited;
  std::vector<bool> idle;
  for (std::size_t c = 0; c < points.size(); ++c) {
    limited.push_back(std::min(points[c], finest));
    const std::span<const float> channel = channel_of(values, points.size(), c);
    double reach = 0;
    for (const float v : channel) reach += std::abs(v);
    idle.push_back(reach <= unseen || rounds_to_zeros(channel, spec, limited[c]));
  }
  settle(idle, limited);
  if (limited.empty()) return limited;
  const int coarsest = *std::ranges::min_element(limited);
  for (int& point : limited) point = std::min(point, coarsest + kWidestSpread);
  return limited;
}

std::vector<int> without_idle_channels(const std::vector<int>& points,
                                       std::span<const float> values,
                                       const graph::QuantSpec& spec) {
  std::vector<bool> idle;
  for (std::size_t c = 0; c < points.size(); ++c)
    idle.push_back(rounds_to_zeros(channel_of(values, points.size(), c), spec, points[c]));
  std::vector<int> settled = points;
  settle(idle, settled);
  // Some modes round what is negative and small away from zero, more so on a coarser grid.
  for (std::size_t c = 0; c < points.size(); ++c) {
    if (settled[c] != points[c] &&
        !rounds_to_zeros(channel_of(values, points.size(), c), spec, settled[c]))
      settled[c] = points[c];
  }
  return settled;
}

int point_of_zeros(const graph::QuantSpec& spec, const graph::QuantSpec& output, int output_point) {
  return spec.width - (spec.is_signed ? 1 : 0) - magnitude_bits(output, output_point);
}

}  // namespace qfx::steps
