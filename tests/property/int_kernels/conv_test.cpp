// Convolutions of random shapes against plain loops, every path on every target.
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "support/conv_shapes.h"
#include "support/simd_targets.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {
namespace {

using test::pick;

ConvShape random_shape(std::mt19937_64& random, std::int64_t most_channels) {
  for (;;) {
    ConvShape s;
    s.groups = random() % 3 == 0 ? pick(random, 1, 4) : 1;
    s.channels = s.groups * pick(random, 1, most_channels);
    s.out_channels = s.groups * pick(random, 1, 20);
    if (random() % 5 == 0) s.out_channels = s.channels = s.groups = pick(random, 1, 9);
    s.height = pick(random, 1, 12);
    s.width = pick(random, 1, random() % 4 == 0 ? 70 : 12);
    s.kernel_height = pick(random, 1, 4);
    s.kernel_width = pick(random, 1, 4);
    s.stride_height = pick(random, 1, 3);
    s.stride_width = pick(random, 1, 3);
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

template <class T>
std::vector<T> random_values(std::mt19937_64& random, std::int64_t count, std::int64_t lo,
                             std::int64_t hi) {
  std::vector<T> values(count);
  for (T& value : values) {
    const auto way = random() % 8;
    value = static_cast<T>(way == 0 ? lo : way == 1 ? hi : pick(random, lo, hi));
  }
  return values;
}

template <class Sum, class In>
std::vector<Sum> plain(const ConvShape& s, const std::vector<In>& x,
                       const std::vector<std::int32_t>& weights) {
  std::vector<Sum> sums;
  for (std::int64_t o = 0; o < s.out_channels; ++o) {
    const std::int64_t first = o / s.group_outputs() * s.group_channels();
    for (std::int64_t oy = 0; oy < s.out_height(); ++oy)
      for (std::int64_t ox = 0; ox < s.out_width(); ++ox) {
        std::uint64_t sum = 0;
        const std::int32_t* w = weights.data() + o * s.group_channels() * s.taps();
        for (std::int64_t c = 0; c < s.group_channels(); ++c)
          for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
            for (std::int64_t kx = 0; kx < s.kernel_width; ++kx, ++w) {
              const std::int64_t y = oy * s.stride_height + ky * s.dilation_height - s.pad_top;
              const std::int64_t at = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
              if (y < 0 || y >= s.height || at < 0 || at >= s.width) continue;
              sum += static_cast<std::uint64_t>(
                  std::int64_t{x[((first + c) * s.height + y) * s.width + at]} * *w);
            }
        sums.push_back(static_cast<Sum>(sum));
      }
  }
  return sums;
}

// Scratch memory full of what must not matter.
std::vector<std::uint64_t> dirty(std::size_t bytes) {
  return std::vector<std::uint64_t>(bytes / 8 + 1, 0xA5A5A5A5A5A5A5A5u);
}

using Narrow = IntConv<std::int32_t>::Path;
using Wide = IntConv<std::int64_t>::Path;

// Each shape by each of the paths, all of which are exact for these ranges.
template <class In, class Sum>
void check(std::int64_t lo, std::int64_t hi, std::int64_t weight_lo, std::int64_t weight_hi,
           const std::vector<typename IntConv<Sum>::Path>& paths) {
  test::for_each_simd_target([&] {
    std::mt19937_64 random(11);
    for (int round = 0; round < 300; ++round) {
      const ConvShape s = random_shape(random, 9);
      SCOPED_TRACE(describe(s));
      const auto weights = random_values<std::int32_t>(
          random, s.out_channels * s.group_channels() * s.taps(), weight_lo, weight_hi);
      const auto x = random_values<In>(random, s.channels * s.height * s.width, lo, hi);
      const std::vector<Sum> expected = plain<Sum>(s, x, weights);
      for (const auto path : paths) {
        const IntConv<Sum> conv(s, weights, lo, hi, path);
        ASSERT_EQ(conv.path(), path);
        auto scratch = dirty(conv.scratch_bytes());
        std::vector<Sum> sums(s.out_channels * s.out_height() * s.out_width());
        conv.run(x.data(), sums.data(), reinterpret_cast<std::byte*>(scratch.data()));
        ASSERT_EQ(sums, expected) << conv.name();
      }
    }
  });
}

TEST(IntConv, BytesOfBothSigns) {
  check<std::int8_t, std::int32_t>(-128, 127, -128, 127, {Narrow::Int8, Narrow::Int16});
  check<std::uint8_t, std::int32_t>(0, 255, -128, 127, {Narrow::Int8, Narrow::Int16});
  check<std::int32_t, std::int32_t>(-128, 127, -128, 127, {Narrow::Int8, Narrow::Int16});
  // What a ReLU leaves of a signed byte, and weights of six bits: neighbouring products fit 16
  // bits.
  check<std::int8_t, std::int32_t>(0, 127, -128, 127, {Narrow::Int8, Narrow::Int16});
  check<std::int8_t, std::int32_t>(-128, 127, -64, 63, {Narrow::Int8, Narrow::Int16});
}

TEST(IntConv, HalvesWrapModulo32Bits) {
  check<std::int16_t, std::int32_t>(-32768, 32767, -32768, 32767, {Narrow::Int16});
  check<std::int32_t, std::int32_t>(-32768, 32767, -300, 300, {Narrow::Int16});
}

TEST(IntConv, HalvesAndWordsInto64Bits) {
  check<std::int16_t, std::int64_t>(-2000, 2000, -32768, 32767, {Wide::Int16Chunks, Wide::Int32});
  check<std::int16_t, std::int64_t>(-32767, 32767, -32767, 32767, {Wide::Int16Chunks, Wide::Int32});
  check<std::int32_t, std::int64_t>(-2147483647 - 1, 2147483647, -100000, 100000, {Wide::Int32});
}

TEST(IntConv, APathThatIsNotExactIsNotTaken) {
  const ConvShape shape{.channels = 4, .out_channels = 1};
  const std::vector<std::int32_t> weights{-32768, -32768, 1, 1};
  EXPECT_EQ(IntConv<std::int32_t>(shape, weights, 0, 1, Narrow::Int8).path(), Narrow::Int16);
  EXPECT_EQ(IntConv<std::int64_t>(shape, weights, -32768, 0, Wide::Int16Chunks).path(),
            Wide::Int32);
}

TEST(IntConv, ChunksAreTakenWhereTheyPay) {
  const ConvShape shape{.channels = 16,
                        .height = 4,
                        .width = 4,
                        .out_channels = 2,
                        .kernel_height = 3,
                        .kernel_width = 3};
  const std::vector<std::int32_t> weights(2 * 16 * 9, 1000);
  EXPECT_EQ(IntConv<std::int64_t>(shape, weights, -32768, 32767).path(), Wide::Int16Chunks);
  const std::vector<std::int32_t> large(2 * 16 * 9, 32767);
  EXPECT_EQ(IntConv<std::int64_t>(shape, large, -32768, 32767).path(), Wide::Int32);
}

}  // namespace
}  // namespace qfx::kernels
