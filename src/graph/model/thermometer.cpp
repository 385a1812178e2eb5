#include "qfx/graph/thermometer.h"

#include <algorithm>
#include <cmath>

namespace qfx::graph {

LevelThreshold level_threshold(const Thermometer& thermometer, std::int64_t j) {
  return {.value = thermometer.resolution * (static_cast<double>(j) + 0.5), .above = j % 2 == 0};
}

fixed::Format threshold_format(const fixed::Format& input) {
  const int wider = input.is_signed ? 1 : 2;
  return {.width = input.width + wider,
          .int_bits = input.int_bits + wider,
          .is_signed = true,
          .rounding = fixed::Rounding::RND,
          .overflow = fixed::Overflow::SAT};
}

FrozenParam make_thresholds(const Thermometer& thermometer, const fixed::Format& input,
                            std::int64_t channels) {
  const auto lowest = static_cast<double>(fixed::min_raw(input));
  const auto beyond = static_cast<double>(fixed::max_raw(input)) + 1;
  FrozenParam param{.shape = {channels * thermometer.levels},
                    .raw = {},
                    .format = threshold_format(input),
                    .channel_frac_bits = {}};
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t j = 0; j < thermometer.levels; ++j) {
      const LevelThreshold threshold = level_threshold(thermometer, j);
      const double place = std::ldexp(threshold.value, input.frac_bits());
      const double least = threshold.above ? std::floor(place) + 1 : std::ceil(place);
      param.raw.push_back(static_cast<std::int32_t>(std::clamp(least, lowest, beyond)));
    }
  }
  return param;
}

}  // namespace qfx::graph
