// Convolutions of images that thresholds spread, against plain loops, on every target.
#include "qfx/kernels/spread_conv.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "support/bit_targets.h"
#include "support/conv_shapes.h"

namespace qfx::kernels {
namespace {

using test::pick;

template <class In>
void check(std::mt19937_64& random, std::int64_t lo, std::int64_t hi) {
  ConvShape s = test::random_conv_shape(random, false, 3);
  const std::int64_t channels = pick(random, 1, 3), levels = pick(random, 1, 20);
  s.channels = channels * levels;
  if (!SpreadConv::takes(s, levels, lo, hi)) return;
  std::vector<std::int32_t> thresholds(s.channels), weights(s.out_channels * s.channels * s.taps());
  // Some are always reached and some never; in no order.
  for (std::int32_t& threshold : thresholds)
    threshold = static_cast<std::int32_t>(pick(random, lo - 2, hi + 2));
  for (std::int32_t& weight : weights) weight = random() % 2 == 0 ? 1 : -1;
  std::vector<In> x(s.height * s.width * channels);
  for (In& value : x) value = static_cast<In>(pick(random, lo, hi));

  std::vector<std::int32_t> expected;
  for (std::int64_t oy = 0; oy < s.out_height(); ++oy)
    for (std::int64_t ox = 0; ox < s.out_width(); ++ox)
      for (std::int64_t o = 0; o < s.out_channels; ++o) {
        std::int32_t sum = 0;
        for (std::int64_t c = 0; c < s.channels; ++c)
          for (std::int64_t tap = 0; tap < s.taps(); ++tap) {
            const std::int64_t y =
                oy * s.stride_height - s.pad_top + tap / s.kernel_width * s.dilation_height;
            const std::int64_t at =
                ox * s.stride_width - s.pad_left + tap % s.kernel_width * s.dilation_width;
            if (y < 0 || y >= s.height || at < 0 || at >= s.width) continue;
            const bool reached = x[(y * s.width + at) * channels + c / levels] >= thresholds[c];
            const std::int32_t weight = weights[(o * s.channels + c) * s.taps() + tap];
            sum += reached ? weight : -weight;
          }
        expected.push_back(sum);
      }

  const SpreadConv conv(s, levels, thresholds, weights, lo, hi);
  std::vector<std::byte> image(conv.image_bytes(), std::byte{0xA5});
  conv.pad(image.data());
  conv.lay_out(x.data(), image.data());
  std::vector<std::int32_t> sums(expected.size());
  for (std::int64_t y = 0; y < s.out_height(); y += conv.block_rows())
    conv.multiply(image.data(), y, std::min(conv.block_rows(), s.out_height() - y),
                  sums.data() + y * s.out_width() * s.out_channels);
  ASSERT_EQ(sums, expected);
}

TEST(SpreadConv, IsTheConvolutionOfTheSpreadImage) {
  test::on_every_target_of_bits([] {
    std::mt19937_64 random(1);
    for (int round = 0; round < 150; ++round) {
      check<std::int8_t>(random, -128, 127);
      check<std::uint8_t>(random, 0, 255);
      check<std::int16_t>(random, -300, 100);
      check<std::uint16_t>(random, 40000, 40100);
      check<std::int32_t>(random, -3, 4);
      if (testing::Test::HasFatalFailure()) return;
    }
  });
}

TEST(SpreadConv, TakesWhatItsTablesHold) {
  ConvShape s{.channels = 96,
              .height = 32,
              .width = 32,
              .out_channels = 16,
              .kernel_height = 3,
              .kernel_width = 3};
  EXPECT_TRUE(SpreadConv::takes(s, 32, 0, 255));
  EXPECT_FALSE(SpreadConv::takes(s, 32, -32768, 32767));
  s.out_channels = 64;
  EXPECT_FALSE(SpreadConv::takes(s, 32, 0, 255));
}

}  // namespace
}  // namespace qfx::kernels
