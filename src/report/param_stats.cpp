#include "report/param_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "qfx/fixed/khot.h"
#include "qfx/fixed/raw.h"

namespace qfx::report {
namespace {

constexpr int kMaxBinsLog2 = 6;

// Calls visit(raw, channel) for every value.
template <class Visit>
void each_value(const graph::FrozenParam& param, Visit&& visit) {
  const std::int64_t channels = param.shape.empty() ? 1 : std::max<std::int64_t>(1, param.shape[0]);
  const auto per_channel =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(param.raw.size()) / channels);
  for (std::size_t i = 0; i < param.raw.size(); ++i)
    visit(std::int64_t{param.raw[i]},
          std::min(static_cast<std::int64_t>(i) / per_channel, channels - 1));
}

int min_frac_bits(const graph::FrozenParam& param) {
  return param.channel_frac_bits.empty() ? param.format.frac_bits()
                                         : std::ranges::min(param.channel_frac_bits);
}

}  // namespace

Json param_extent(const graph::FrozenParam& param) {
  const double raw_low = static_cast<double>(fixed::min_raw(param.format));
  const double raw_high = static_cast<double>(fixed::max_raw(param.format));
  double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum, used = 0;
  std::int64_t at_limit = 0;
  each_value(param, [&](std::int64_t raw, std::int64_t channel) {
    const double value = fixed::to_double(raw, param.frac_bits(channel));
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
    const double end = raw < 0 ? raw_low : raw_high;
    if (end != 0) used = std::max(used, static_cast<double>(raw) / end);
    if (raw == fixed::min_raw(param.format) || raw == fixed::max_raw(param.format)) ++at_limit;
  });
  if (param.raw.empty())
    return {{"minimum", nullptr}, {"maximum", nullptr}, {"used", nullptr}, {"at_limit", nullptr}};
  return {{"minimum", minimum},
          {"maximum", maximum},
          {"used", used},
          {"at_limit", static_cast<double>(at_limit) / static_cast<double>(param.raw.size())}};
}

Json param_histogram(const graph::FrozenParam& param) {
  if (param.raw.empty()) return nullptr;
  const int least = min_frac_bits(param), most = param.max_frac_bits();
  const int bins_log2 = std::min(param.format.width, kMaxBinsLog2);
  const int bins = 1 << bins_log2;
  // Bin edges on the grid of the channel with the widest range; a power of two, so that the
  // division is exact.
  const double low = fixed::to_double(fixed::min_raw(param.format), least);
  const double step = std::ldexp(1.0, param.format.width - bins_log2 - least);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(bins));
  each_value(param, [&](std::int64_t raw, std::int64_t channel) {
    const double bin = std::floor((fixed::to_double(raw, param.frac_bits(channel)) - low) / step);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0.0, bins - 1.0))];
  });
  const Json extent = param_extent(param);
  return {{"low", low},
          {"high", low + step * bins},
          {"counts", counts},
          {"minimum", extent["minimum"]},
          {"maximum", extent["maximum"]},
          {"range_low", low},
          {"range_high", fixed::to_double(fixed::max_raw(param.format), least)},
          {"format", fixed::to_string(param.format) + (least == most ? "" : " and other points")}};
}

Json param_ones(const graph::FrozenParam& param) {
  std::vector<std::int64_t> counts;
  double total = 0;
  each_value(param, [&](std::int64_t raw, std::int64_t) {
    const auto ones = static_cast<std::size_t>(fixed::count_digits(raw, param.signed_digits));
    if (counts.size() <= ones) counts.resize(ones + 1);
    ++counts[ones];
    total += static_cast<double>(ones);
  });
  return {{"k_hot", param.k_hot},
          {"signed_digits", param.signed_digits},
          {"counts", counts},
          {"mean", param.raw.empty() ? Json(nullptr)
                                     : Json(total / static_cast<double>(param.raw.size()))}};
}

}  // namespace qfx::report
