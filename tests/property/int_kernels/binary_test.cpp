// Convolutions of bit planes with weights of -1 and +1 against plain loops over integers, on every
// target.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "support/bit_targets.h"
#include "support/conv_shapes.h"

#include "qfx/kernels/binary_conv.h"
#include "qfx/kernels/bit_planes.h"

namespace qfx::kernels {
namespace {

using test::on_every_target_of_bits;
using test::pick;

ConvShape random_shape(std::mt19937_64& random) {
  for (;;) {
    ConvShape s;
    s.groups = random() % 3 == 0 ? pick(random, 1, 5) : 1;
    s.channels = s.groups * pick(random, 1, random() % 2 == 0 ? 9 : 70);
    s.out_channels = s.groups * pick(random, 1, 11);
    s.height = pick(random, 1, 12);
    s.width = pick(random, 1, random() % 4 == 0 ? 70 : 12);
    s.kernel_height = pick(random, 1, 4);
    s.kernel_width = pick(random, 1, 4);
    s.stride_height = random() % 2 == 0 ? 1 : pick(random, 1, 3);
    s.stride_width = random() % 2 == 0 ? 1 : pick(random, 1, 3);
    s.pad_top = pick(random, 0, 3);
    s.pad_left = pick(random, 0, 3);
    s.pad_bottom = random() % 2 == 0 ? s.pad_top : pick(random, 0, 3);
    s.pad_right = random() % 2 == 0 ? s.pad_left : pick(random, 0, 3);
    s.dilation_height = pick(random, 1, 3);
    s.dilation_width = pick(random, 1, 3);
    if (s.height + s.pad_top + s.pad_bottom > (s.kernel_height - 1) * s.dilation_height &&
        s.width + s.pad_left + s.pad_right > (s.kernel_width - 1) * s.dilation_width)
      return s;
  }
}

std::string describe(const ConvShape& s) {
  std::string text;
  for (const std::int64_t value : {s.channels, s.height, s.width, s.out_channels, s.groups,
                                   s.kernel_height, s.kernel_width, s.stride_height, s.stride_width,
                                   s.pad_top, s.pad_left, s.pad_bottom, s.pad_right,
                                   s.dilation_height, s.dilation_width})
    text += std::to_string(value) + " ";
  return text;
}

std::vector<std::int32_t> random_signs(std::mt19937_64& random, std::int64_t count) {
  std::vector<std::int32_t> signs(count);
  for (std::int32_t& sign : signs) sign = random() % 2 == 0 ? 1 : -1;
  return signs;
}

std::vector<std::int32_t> random_levels(std::mt19937_64& random, const BitPlanes& planes) {
  std::vector<std::int32_t> values(planes.channels * planes.pixels);
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(2 * pick(random, 0, planes.largest()) - planes.largest());
  return values;
}

// The planes of values {pixels, channels}.
std::vector<std::uint16_t> packed(const BitPlanes& planes,
                                  const std::vector<std::int32_t>& values) {
  std::vector<std::uint16_t> words(planes.size());
  repacker(planes).pack(values.data(), words.data());
  return words;
}

// Of x {height, width, channels}, to {out_height, out_width, out_channels}.
std::vector<std::int32_t> convolved(const ConvShape& s, const std::vector<std::int32_t>& x,
                                    const std::vector<std::int32_t>& weights) {
  std::vector<std::int32_t> sums;
  for (std::int64_t oy = 0; oy < s.out_height(); ++oy)
    for (std::int64_t ox = 0; ox < s.out_width(); ++ox)
      for (std::int64_t o = 0; o < s.out_channels; ++o) {
        const std::int64_t first = o / s.group_outputs() * s.group_channels();
        const std::int32_t* w = weights.data() + o * s.group_channels() * s.taps();
        std::int32_t sum = 0;
        for (std::int64_t c = 0; c < s.group_channels(); ++c)
          for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
            for (std::int64_t kx = 0; kx < s.kernel_width; ++kx, ++w) {
              const std::int64_t y = oy * s.stride_height + ky * s.dilation_height - s.pad_top;
              const std::int64_t at = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
              if (y < 0 || y >= s.height || at < 0 || at >= s.width) continue;
              sum += x[(y * s.width + at) * s.channels + first + c] * *w;
            }
        sums.push_back(sum);
      }
  return sums;
}

// upper_sums: BinaryConv's, or empty.
std::vector<std::int32_t> run(const BinaryConv& conv, const ConvShape& s,
                              const std::vector<std::uint16_t>& x,
                              const std::vector<std::int16_t>& upper_sums = {}) {
  std::vector<std::byte> image(conv.image_bytes(), std::byte{0xA5});
  conv.pad(image.data());
  // What another image leaves behind must not matter.
  conv.lay_out(std::vector<std::uint16_t>(x.size(), 0xffff).data(), image.data());
  conv.lay_out(x.data(), image.data());
  const std::int64_t row = s.out_width() * s.out_channels;
  std::vector<std::int32_t> sums(s.out_height() * row);
  for (std::int64_t y = 0; y < s.out_height(); y += conv.block_rows())
    conv.multiply(image.data(), y, std::min(conv.block_rows(), s.out_height() - y),
                  sums.data() + y * row,
                  upper_sums.empty() ? nullptr : upper_sums.data() + y * row);
  return sums;
}

std::vector<std::int32_t> run(const BinaryConv& conv, const ConvShape& s,
                              const std::vector<std::int32_t>& x) {
  return run(conv, s, packed(conv.planes(), x));
}

TEST(BinaryConv, IsTheConvolutionOfTheValues) {
  on_every_target_of_bits([] {
    std::mt19937_64 random(1);
    for (int round = 0; round < 200; ++round) {
      const ConvShape s = random_shape(random);
      const int planes = 1 + round % kMostPlanes;
      SCOPED_TRACE(describe(s) + std::to_string(planes) + " planes");
      const auto weights = random_signs(random, s.out_channels * s.group_channels() * s.taps());
      const auto x = random_levels(random, {planes, s.channels, s.height * s.width});
      ASSERT_EQ(run(BinaryConv(s, planes, weights), s, x), convolved(s, x, weights));
    }
  });
}

TEST(BinaryConv, GatesChooseBetweenTheSumsOfOnePlaneAndOfBoth) {
  on_every_target_of_bits([] {
    std::mt19937_64 random(2);
    for (int round = 0; round < 200; ++round) {
      const ConvShape s = random_shape(random);
      SCOPED_TRACE(describe(s));
      const auto weights = random_signs(random, s.out_channels * s.group_channels() * s.taps());
      const auto x = random_levels(random, {2, s.channels, s.height * s.width});
      std::vector<std::int32_t> upper(x.size());
      std::transform(x.begin(), x.end(), upper.begin(),
                     [](std::int32_t value) { return value < 0 ? -2 : 2; });
      std::vector<std::int64_t> gates(s.out_channels);
      for (std::int64_t& gate : gates)
        gate = random() % 8 == 0   ? std::int64_t{1} << 40
               : random() % 8 == 0 ? -(std::int64_t{1} << 40)
                                   : pick(random, -8, 8);
      const auto coarse = convolved(s, upper, weights);
      auto expected = convolved(s, x, weights);
      for (std::int64_t i = 0; i < std::ssize(expected); ++i)
        if (coarse[i] <= gates[i % s.out_channels]) expected[i] = coarse[i];
      ASSERT_EQ(run(BinaryConv(s, 2, weights, gates), s, x), expected);
      // The lower plane alone, where the upper one's sums are known.
      std::vector<std::int16_t> signs;
      for (const std::int32_t sum : coarse) signs.push_back(static_cast<std::int16_t>(sum / 2));
      const auto words = packed({2, s.channels, s.height * s.width}, x);
      ASSERT_EQ(run(BinaryConv(s, 1, weights, gates), s, words, signs), expected);
    }
  });
}

// As linear layers: more words than a byte counts, sums far beyond 16 bits.
TEST(BinaryConv, LongSums) {
  on_every_target_of_bits([] {
    std::mt19937_64 random(3);
    for (const std::int64_t channels : {990, 1000, 70000}) {
      const ConvShape s{.channels = channels, .out_channels = 19};
      const auto weights = random_signs(random, s.out_channels * channels);
      const auto x = random_levels(random, {3, channels, 1});
      ASSERT_EQ(run(BinaryConv(s, 3, weights), s, x), convolved(s, x, weights));
      const std::vector<std::int32_t> ones(weights.size(), 1);
      for (const std::int32_t value : {-7, 7})
        ASSERT_EQ(run(BinaryConv(s, 3, ones), s, std::vector<std::int32_t>(channels, value)),
                  std::vector<std::int32_t>(19, value * static_cast<std::int32_t>(channels)));
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
