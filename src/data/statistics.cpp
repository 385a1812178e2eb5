#include "qfx/data/statistics.h"

#include <algorithm>
#include <cmath>

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

template <class Value>
std::vector<ChannelStatistics> statistics_of(const std::vector<Value>& values,
                                             std::int64_t channels, std::int64_t block) {
  std::vector<ChannelStatistics> all(static_cast<std::size_t>(channels));
  const auto planes = static_cast<std::int64_t>(values.size()) / block;
  const double count = static_cast<double>(planes / channels * block);
  const auto visit = [&](const auto& action) {
    const Value* at = values.data();
    for (std::int64_t plane = 0; plane < planes; ++plane, at += block)
      action(all[static_cast<std::size_t>(plane % channels)], at);
  };
  for (std::int64_t c = 0; c < channels; ++c) {
    all[static_cast<std::size_t>(c)].least = values[static_cast<std::size_t>(c * block)];
    all[static_cast<std::size_t>(c)].greatest = values[static_cast<std::size_t>(c * block)];
  }
  visit([&](ChannelStatistics& channel, const Value* at) {
    for (std::int64_t i = 0; i < block; ++i) {
      const double value = at[i];
      channel.least = std::min(channel.least, value);
      channel.greatest = std::max(channel.greatest, value);
      channel.mean += value;
    }
  });
  for (ChannelStatistics& channel : all) channel.mean /= count;
  visit([&](ChannelStatistics& channel, const Value* at) {
    for (std::int64_t i = 0; i < block; ++i) {
      const double distance = at[i] - channel.mean;
      channel.deviation += distance * distance;
    }
  });
  for (ChannelStatistics& channel : all) {
    channel.deviation =
        channel.least == channel.greatest ? 0 : std::sqrt(channel.deviation / count);
    if (channel.deviation == 0) channel.mean = channel.least;  // no rounding where all are one
  }
  return all;
}

}  // namespace

std::vector<ChannelStatistics> channel_statistics(const Dataset& set, std::int64_t channels) {
  QFX_ASSERT(channels > 0 && set.size() > 0 && set.sample_size() % channels == 0);
  const std::int64_t block = set.sample_size() / channels;
  return set.bytes.empty() ? statistics_of(set.floats, channels, block)
                           : statistics_of(set.bytes, channels, block);
}

bool looks_like_pixels(const Dataset& set) {
  if (set.floats.empty()) return false;
  const auto is_pixel = [](float value) {
    return value >= 0 && value <= 255 && value == std::floor(value);
  };
  return std::all_of(set.floats.begin(), set.floats.end(), is_pixel) &&
         *std::max_element(set.floats.begin(), set.floats.end()) > 100;
}

}  // namespace qfx::data
