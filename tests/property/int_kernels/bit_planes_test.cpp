// Bit planes against plain comparisons with thresholds.
#include "qfx/kernels/bit_planes.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "support/bit_targets.h"
#include "support/conv_shapes.h"

namespace qfx::kernels {
namespace {

using test::on_every_target_of_bits;
using test::pick;

// Some of them thresholds or next to one, all of them in lo..hi.
template <class In>
std::vector<In> random_values(std::mt19937_64& random, std::int64_t count,
                              const std::vector<std::int64_t>& thresholds, std::int64_t lo,
                              std::int64_t hi) {
  std::vector<In> x(count);
  for (In& value : x) {
    const bool near = random() % 2 == 0;
    const std::int64_t any = near ? thresholds[random() % thresholds.size()] + pick(random, -1, 1)
                                  : pick(random, lo, hi);
    value = static_cast<In>(std::clamp(any, lo, hi));
  }
  return x;
}

// Ascending; some beyond what a value can be.
std::vector<std::int64_t> random_thresholds(std::mt19937_64& random, std::int64_t count,
                                            std::int64_t lo, std::int64_t hi) {
  std::vector<std::int64_t> thresholds(count);
  for (std::int64_t& threshold : thresholds)
    threshold = random() % 4 == 0 ? (random() % 2 == 0 ? lo : hi) + pick(random, -3, 3)
                                  : pick(random, lo, hi);
  std::sort(thresholds.begin(), thresholds.end());
  return thresholds;
}

// The planes and the values that a packer makes of x, of which the values are known.
template <class Packer, class In>
void check(const Packer& packer, const std::vector<In>& x,
           const std::vector<std::int8_t>& expected) {
  const BitPlanes planes = packer.planes();
  std::vector<std::int8_t> values(expected.size());
  packer.values(x.data(), values.data());
  ASSERT_EQ(values, expected);
  std::vector<std::uint16_t> words(planes.size(), 0xA5A5);
  packer.pack(x.data(), words.data());
  unpack(planes, words.data(), values.data());
  ASSERT_EQ(values, expected);
  const std::int64_t used = planes.channels % kWordChannels;
  if (used == 0) return;
  for (std::int64_t i = planes.words() - 1; i < planes.size(); i += planes.words())
    ASSERT_EQ(words[i] >> used, 0);
}

template <class In>
void check_levels(std::mt19937_64& random, std::int64_t lo, std::int64_t hi) {
  for (int round = 0; round < 100; ++round) {
    const BitPlanes planes{
        .planes = 1 + round % kMostPlanes,
        .channels = random() % 2 == 0 ? 16 * pick(random, 1, 5) : pick(random, 1, 40),
        .pixels = pick(random, 1, 40)};
    const auto thresholds = random_thresholds(random, planes.largest(), lo, hi);
    const auto x = random_values<In>(random, planes.channels * planes.pixels, thresholds, lo, hi);
    std::vector<std::int8_t> expected;
    for (const In value : x) {
      const auto reached = std::count_if(thresholds.begin(), thresholds.end(),
                                         [&](std::int64_t t) { return value >= t; });
      expected.push_back(static_cast<std::int8_t>(2 * reached - planes.largest()));
    }
    check(LevelPacker(planes, thresholds, lo, hi), x, expected);
  }
}

template <class In>
void check_spread(std::mt19937_64& random, std::int64_t lo, std::int64_t hi) {
  for (int round = 0; round < 50; ++round) {
    const std::int64_t levels = random() % 2 == 0 ? 16 * pick(random, 1, 3) : pick(random, 1, 40);
    const std::int64_t channels = pick(random, 1, 4), pixels = pick(random, 1, 20);
    std::vector<std::int64_t> thresholds;
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto own = random_thresholds(random, levels, lo, hi);
      thresholds.insert(thresholds.end(), own.begin(), own.end());
    }
    const auto x = random_values<In>(random, channels * pixels, thresholds, lo, hi);
    std::vector<std::int8_t> expected;
    for (std::int64_t i = 0; i < channels * levels * pixels; ++i) {
      const std::int64_t c = i % (channels * levels), pixel = i / (channels * levels);
      expected.push_back(x[pixel * channels + c / levels] >= thresholds[c] ? 1 : -1);
    }
    check(SpreadPacker(pixels, levels, thresholds, lo, hi), x, expected);
  }
}

TEST(LevelPacker, CountsTheThresholdsThatAreReached) {
  on_every_target_of_bits([] {
    std::mt19937_64 random(5);
    check_levels<std::int8_t>(random, -128, 127);
    check_levels<std::uint8_t>(random, 0, 255);
    check_levels<std::int16_t>(random, -32768, 32767);
    check_levels<std::uint16_t>(random, 0, 65535);
    check_levels<std::int32_t>(random, -5, 4);
    check_levels<std::int32_t>(random, -32768, 32767);
    check_levels<std::int32_t>(random, -2147483647 - 1, 2147483647);
  });
}

TEST(SpreadPacker, ComparesWithAThresholdForEachChannel) {
  std::mt19937_64 random(6);
  check_spread<std::int8_t>(random, -128, 127);
  check_spread<std::uint8_t>(random, 0, 200);
  check_spread<std::int16_t>(random, -32768, 32767);
  check_spread<std::int32_t>(random, -2147483647 - 1, 2147483647);
}

}  // namespace
}  // namespace qfx::kernels
