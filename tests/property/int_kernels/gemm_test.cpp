// The products of words against plain loops.
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "support/simd_targets.h"

#include "qfx/kernels/int_gemm.h"
#include "qfx/kernels/int_linear.h"

namespace qfx::kernels {
namespace {

struct Size {
  std::int64_t m, n, depth;
};
const std::vector<Size> kSizes{{1, 1, 1},   {1, 49, 9},  {4, 48, 18}, {5, 17, 7},   {7, 33, 2},
                               {16, 96, 3}, {3, 10, 64}, {9, 25, 33}, {2, 100, 95}, {6, 64, 31}};

std::uint64_t dot_int32(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(a)} *
                                    static_cast<std::int32_t>(b));
}

std::uint64_t dot_int16(std::uint32_t a, std::uint32_t b) {
  std::int64_t sum = 0;
  for (const int shift : {0, 16})
    sum +=
        std::int64_t{static_cast<std::int16_t>(a >> shift)} * static_cast<std::int16_t>(b >> shift);
  return static_cast<std::uint64_t>(sum);
}

std::uint64_t dot_int8(std::uint32_t a, std::uint32_t b) {
  std::int64_t sum = 0;
  for (const int shift : {0, 8, 16, 24})
    sum += static_cast<std::int8_t>(a >> shift) * static_cast<std::uint8_t>(b >> shift);
  return static_cast<std::uint64_t>(sum);
}

// ANY: random halves, a quarter of them at the ends of 16 bits. CALM: small halves. FITTING: bytes
// of A anything, of B 0 to 127, so that 127 * -256 and 127 * 254 are the ends.
enum class Kind { ANY, CALM, FITTING };

std::vector<std::uint32_t> random_words(std::mt19937_64& random, std::int64_t count, Kind kind,
                                        bool is_b) {
  std::vector<std::uint32_t> words(count);
  for (std::uint32_t& word : words) {
    word = 0;
    for (const int shift : {0, 16}) {
      std::uint32_t half = random() & 0xffff;
      if (random() % 4 == 0) half = random() % 2 == 0 ? 0x8000 : 0x7fff;
      if (kind == Kind::CALM)
        half = static_cast<std::uint32_t>(static_cast<int>(half % 2001) - 1000) & 0xffff;
      if (kind == Kind::FITTING && random() % 4 == 0) half = is_b ? 0x7f7f : 0x8080;
      if (kind == Kind::FITTING && is_b) half &= 0x7f7f;
      word |= half << shift;
    }
  }
  return words;
}

// multiply(product, c, c_stride) against dot, with the rows of B in a random order.
template <class C, class Dot, class Multiply>
void check(const Dot& dot, const Multiply& multiply, Kind kind = Kind::ANY) {
  test::for_each_simd_target([&] {
    std::mt19937_64 random(3);
    for (const Size& s : kSizes) {
      const std::int64_t stride = round_up(s.n, kColumnPad);
      const auto a = random_words(random, s.m * s.depth, kind, false);
      const auto b = random_words(random, s.depth * stride + kColumnPad, kind, true);
      std::vector<std::int64_t> rows(s.depth);
      for (std::int64_t& row : rows) row = static_cast<std::int64_t>(random() % s.depth) * stride;
      std::vector<C> c(s.m * stride, C{77});
      multiply(WordProduct{a.data(), s.depth, b.data(), rows.data(), s.m, s.n, s.depth}, c.data(),
               stride);
      for (std::int64_t i = 0; i < s.m; ++i)
        for (std::int64_t j = 0; j < s.n; ++j) {
          std::uint64_t sum = 0;
          for (std::int64_t p = 0; p < s.depth; ++p) sum += dot(a[i * s.depth + p], b[rows[p] + j]);
          ASSERT_EQ(c[i * stride + j], static_cast<C>(sum))
              << "row " << i << " column " << j << " of " << s.m << " x " << s.n << " x "
              << s.depth;
        }
    }
  });
}

TEST(Gemm, Int32) {
  check<std::int64_t>(dot_int32, gemm_int32);
}

TEST(Gemm, Int16) {
  check<std::int32_t>(dot_int16, gemm_int16);
}

TEST(Gemm, Int8) {
  check<std::int32_t>(dot_int8, gemm_int8);
}

// Random words whose neighbouring products have sums at the ends of 16 bits.
TEST(Gemm, Int8WhereNeighboursFit16Bits) {
  check<std::int32_t>(
      dot_int8,
      [](const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
        gemm_int8_fitting(product, c, c_stride);
      },
      Kind::FITTING);
}

TEST(Gemm, Int16InChunks) {
  for (const std::int64_t chunk : {1, 2, 7, 64, 1000}) {
    check<std::int64_t>(
        dot_int16,
        [&](const WordProduct& product, std::int64_t* c, std::int64_t c_stride) {
          gemm_int16_chunks(product, chunk, c, c_stride);
        },
        Kind::CALM);
  }
}

TEST(SafeChunk, IsTheLongestThatFitsAnywhere) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const auto chunk = [](std::vector<std::int64_t> largest) { return safe_chunk(largest); };
  EXPECT_EQ(chunk({1, 1, 1}), 3);
  EXPECT_EQ(chunk({kMost}), 1);
  EXPECT_EQ(chunk({kMost + 1}), 0);
  EXPECT_EQ(chunk({0, kMost, 0, 1, 0}), 2);
  EXPECT_EQ(chunk({kMost, 1, 0, 0, 0, kMost}), 1);
  EXPECT_EQ(chunk({kMost / 2, kMost / 2, 1, kMost / 2, kMost / 2}), 3);
}

template <class Sum>
void check_linear(std::int64_t lo, std::int64_t hi, std::int64_t weight, const char* name) {
  test::for_each_simd_target([&] {
    std::mt19937_64 random(9);
    std::uniform_int_distribution<std::int64_t> input(lo, hi), any_weight(-weight, weight);
    for (const Size& s : kSizes) {
      const std::int64_t images = s.m, out = s.n, in = s.depth + 8;
      std::vector<std::int32_t> weights(out * in), x(images * in);
      for (std::int32_t& w : weights) w = static_cast<std::int32_t>(any_weight(random));
      for (std::int32_t& value : x) value = static_cast<std::int32_t>(input(random));
      const IntLinear<Sum> linear(out, in, weights, lo, hi);
      EXPECT_EQ(linear.name(), name);
      std::vector<std::byte> scratch(linear.scratch_bytes(images));
      std::int64_t seen = 0;
      linear.for_each_block(
          x.data(), images, scratch.data(),
          [&](std::int64_t first, std::int64_t count, const Sum* sums, std::int64_t stride) {
            seen += count;
            for (std::int64_t i = 0; i < images; ++i)
              for (std::int64_t j = 0; j < count; ++j) {
                std::uint64_t sum = 0;
                for (std::int64_t k = 0; k < in; ++k)
                  sum += static_cast<std::uint64_t>(std::int64_t{x[i * in + k]} *
                                                    weights[(first + j) * in + k]);
                ASSERT_EQ(sums[i * stride + j], static_cast<Sum>(sum));
              }
          });
      EXPECT_EQ(seen, out);
    }
  });
}

TEST(IntLinear, EveryPath) {
  check_linear<std::int32_t>(-32768, 32767, 100, "int16 x int16 -> int32");
  check_linear<std::int64_t>(-3000, 3000, 32767, "int16 x int16 -> int32 -> int64");
  check_linear<std::int64_t>(-32768, 32767, 32767, "int32 x int32 -> int64");
  check_linear<std::int64_t>(-100000, 32767, 2, "int32 x int32 -> int64");
}

}  // namespace
}  // namespace qfx::kernels
