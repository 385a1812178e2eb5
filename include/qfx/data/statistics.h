// What the values of a sample set are like, channel by channel.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/data/dataset.h"

namespace qfx::data {

struct ChannelStatistics {
  double least = 0, greatest = 0;
  double mean = 0, deviation = 0;  // the root of the mean square distance from the mean
};

// Of the stored values, before any preprocessing; in double, sample by sample, so that the bits are
// the same on every machine. A sample has `channels` blocks of as many elements.
std::vector<ChannelStatistics> channel_statistics(const Dataset& set, std::int64_t channels);

// Whether every value is a whole number from 0 to 255, as pixels are, and one is above 100.
bool looks_like_pixels(const Dataset& set);

}  // namespace qfx::data
