// The matrix products and window packing against plain loops.
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "support/simd_targets.h"

#include "qfx/kernels/int_gemm.h"
#include "qfx/kernels/int_im2col.h"

namespace qfx::kernels {
namespace {

struct Size {
  std::int64_t m, n, k;
};
const std::vector<Size> kSizes{{1, 1, 1},   {1, 49, 9},  {4, 48, 18}, {5, 17, 7},  {7, 33, 2},
                               {16, 96, 3}, {3, 10, 64}, {9, 25, 33}, {2, 100, 5}, {6, 16, 1}};

template <class T>
std::vector<T> random_values(std::mt19937_64& generator, std::int64_t count, std::int64_t lo,
                             std::int64_t hi) {
  std::uniform_int_distribution<std::int64_t> any(lo, hi);
  std::vector<T> values(count);
  for (T& value : values) {
    const auto pick = generator() % 8;
    value = static_cast<T>(pick == 0 ? lo : pick == 1 ? hi : any(generator));
  }
  return values;
}

// Modulo 2^32 and 2^64 like the kernels.
template <class T, class Sum>
std::vector<Sum> product(const std::vector<T>& a, const std::vector<T>& b, const Size& s) {
  std::vector<Sum> c(s.m * s.n);
  for (std::int64_t i = 0; i < s.m; ++i)
    for (std::int64_t j = 0; j < s.n; ++j) {
      std::uint64_t sum = 0;
      for (std::int64_t k = 0; k < s.k; ++k)
        sum += static_cast<std::uint64_t>(std::int64_t{a[i * s.k + k]} * b[k * s.n + j]);
      c[i * s.n + j] = static_cast<Sum>(sum);
    }
  return c;
}

template <class Sum>
void expect_equal(const std::vector<Sum>& padded, std::int64_t stride,
                  const std::vector<Sum>& expected, const Size& s) {
  for (std::int64_t i = 0; i < s.m; ++i)
    for (std::int64_t j = 0; j < s.n; ++j)
      ASSERT_EQ(padded[i * stride + j], expected[i * s.n + j])
          << "row " << i << " column " << j << " of " << s.m << " x " << s.n << " x " << s.k;
}

TEST(Gemm, Int16IsExactAtTheEndsOfItsOperands) {
  test::for_each_simd_target([] {
    std::mt19937_64 generator(3);
    for (const Size& s : kSizes) {
      const auto a = random_values<std::int16_t>(generator, s.m * s.k, -32768, 32767);
      const auto b = random_values<std::int16_t>(generator, s.k * s.n, -32768, 32767);
      const std::int64_t pairs = (s.k + 1) / 2, stride = round_up(s.n, kColumnPad);
      std::vector<std::int16_t> rows(s.m * 2 * pairs, 0);
      for (std::int64_t i = 0; i < s.m; ++i) std::copy_n(&a[i * s.k], s.k, &rows[i * 2 * pairs]);
      std::vector<std::uint32_t> packed(pairs * stride);
      std::vector<std::int16_t> transposed(s.n * s.k);
      for (std::int64_t j = 0; j < s.n; ++j)
        for (std::int64_t k = 0; k < s.k; ++k) transposed[j * s.k + k] = b[k * s.n + j];
      pack_transposed_pairs(transposed.data(), s.n, s.k, packed.data(), stride);
      std::vector<std::int32_t> c(s.m * stride);
      gemm_int16(rows.data(), 2 * pairs, packed.data(), stride, c.data(), stride, s.m, s.n, pairs);
      expect_equal(c, stride, product<std::int16_t, std::int32_t>(a, b, s), s);
    }
  });
}

TEST(Gemm, Int32IsExactAtTheEndsOfItsOperands) {
  test::for_each_simd_target([] {
    std::mt19937_64 generator(4);
    constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
    for (const Size& s : kSizes) {
      const auto a = random_values<std::int32_t>(generator, s.m * s.k, kLow, kHigh);
      const auto b = random_values<std::int32_t>(generator, s.k * s.n, kLow, kHigh);
      const std::int64_t stride = round_up(s.n, kColumnPad);
      std::vector<std::int32_t> padded(s.k * stride);
      for (std::int64_t k = 0; k < s.k; ++k) std::copy_n(&b[k * s.n], s.n, &padded[k * stride]);
      std::vector<std::int64_t> c(s.m * stride);
      gemm_int32(a.data(), s.k, padded.data(), stride, c.data(), stride, s.m, s.n, s.k);
      expect_equal(c, stride, product<std::int32_t, std::int64_t>(a, b, s), s);
    }
  });
}

TEST(Im2col, PacksEveryTapOfEveryPosition) {
  test::for_each_simd_target([] {
    std::mt19937_64 generator(5);
    for (int round = 0; round < 200; ++round) {
      const auto pick = [&](std::int64_t most) {
        return 1 + static_cast<std::int64_t>(generator() % most);
      };
      Windows w{.channels = pick(4),
                .kernel_height = pick(3),
                .kernel_width = pick(4),
                .stride_height = pick(3),
                .stride_width = pick(3),
                .dilation_height = pick(2),
                .dilation_width = pick(3)};
      const std::int64_t height = pick(9), width = pick(21), pad_height = pick(3) - 1,
                         pad_width = pick(3) - 1;
      w.height = height + 2 * pad_height;
      w.width = width + 2 * pad_width;
      const std::int64_t reach_y = (w.kernel_height - 1) * w.dilation_height + 1;
      const std::int64_t reach_x = (w.kernel_width - 1) * w.dilation_width + 1;
      if (reach_y > w.height || reach_x > w.width) continue;
      w.out_width = (w.width - reach_x) / w.stride_width + 1;
      const std::int64_t positions = ((w.height - reach_y) / w.stride_height + 1) * w.out_width;

      const auto image =
          random_values<std::int32_t>(generator, w.channels * height * width, -32768, 32767);
      const std::int64_t padded_size = w.channels * w.height * w.width;
      std::vector<std::int16_t> narrow(padded_size + kPackSlack);
      std::vector<std::int32_t> wide(padded_size + kPackSlack);
      pad_image(image.data(), w.channels, height, width, pad_height, pad_width, narrow.data());
      pad_image(image.data(), w.channels, height, width, pad_height, pad_width, wide.data());

      const std::int64_t first = static_cast<std::int64_t>(generator() % positions);
      const std::int64_t count = pick(positions - first), stride = round_up(count, kColumnPad);
      const std::int64_t pairs = (w.taps() + 1) / 2;
      std::vector<std::uint32_t> packed(pairs * stride + kPackSlack);
      std::vector<std::int32_t> words(w.taps() * stride);
      pack_pairs(narrow.data(), w, first, count, packed.data(), stride);
      pack_words(wide.data(), w, first, count, words.data(), stride);
      for (std::int64_t k = 0; k < 2 * pairs; ++k) {
        const std::int64_t kx = k % w.kernel_width, ky = k / w.kernel_width % w.kernel_height;
        const std::int64_t c = k / (w.kernel_width * w.kernel_height);
        for (std::int64_t n = 0; n < count; ++n) {
          const std::int64_t oy = (first + n) / w.out_width, ox = (first + n) % w.out_width;
          const std::int64_t y = oy * w.stride_height + ky * w.dilation_height - pad_height;
          const std::int64_t x = ox * w.stride_width + kx * w.dilation_width - pad_width;
          const bool inside = k < w.taps() && y >= 0 && y < height && x >= 0 && x < width;
          const std::int32_t expected = inside ? image[(c * height + y) * width + x] : 0;
          const std::uint32_t pair = packed[k / 2 * stride + n];
          ASSERT_EQ(static_cast<std::int16_t>(k % 2 == 0 ? pair & 0xffff : pair >> 16), expected);
          if (k < w.taps()) {
            ASSERT_EQ(words[k * stride + n], expected);
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
