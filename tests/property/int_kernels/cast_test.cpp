// IntCast and IntMeanCast against the law, fixed::cast_raw and fixed::cast_quotient, for every mode
// on every path.
#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "support/kernel_targets.h"

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"
#include "qfx/kernels/int_cast.h"
#include "qfx/kernels/int_mean_cast.h"

namespace qfx::kernels {
namespace {

using fixed::Format;
using fixed::Overflow;
using fixed::Rounding;

struct Mode {
  Rounding rounding;
  Overflow overflow;
  int wrap_bits;
  bool is_signed;
};

std::vector<Mode> all_modes() {
  std::vector<Mode> modes;
  for (int r = 0; r < fixed::kRoundingCount; ++r) {
    for (int o = 0; o < fixed::kOverflowCount; ++o) {
      const auto overflow = static_cast<Overflow>(o);
      const bool wraps = overflow == Overflow::WRAP || overflow == Overflow::WRAP_SM;
      for (const int wrap_bits : {0, 1, 3}) {
        if (wrap_bits > 0 && !wraps) continue;
        for (const bool is_signed : {true, false})
          if (is_signed || overflow != Overflow::WRAP_SM)
            modes.push_back({static_cast<Rounding>(r), overflow, wrap_bits, is_signed});
      }
    }
  }
  return modes;
}

Format make_format(const Mode& mode, int width, int frac_bits) {
  return {.width = width,
          .int_bits = width - frac_bits,
          .is_signed = mode.is_signed,
          .rounding = mode.rounding,
          .overflow = mode.overflow,
          .wrap_bits = std::min(mode.wrap_bits, width)};
}

// Values of [lo, hi] that sit on the edges: of the interval, of the format, of rounding ties, and
// others.
std::vector<std::int64_t> edge_values(std::mt19937_64& generator, std::int64_t lo,
                                      std::int64_t hi) {
  std::uniform_int_distribution<std::int64_t> any(lo, hi);
  std::vector<std::int64_t> values{lo, hi};
  for (std::int64_t near = -40; near <= 40; ++near) values.push_back(near);
  for (int bit = 2; bit < 62; ++bit)
    for (const std::int64_t off : {-1, 0, 1})
      for (const std::int64_t sign : {-1, 1})
        values.push_back(sign * ((std::int64_t{1} << bit) + off));
  for (int i = 0; i < 40; ++i) values.push_back(any(generator));
  std::erase_if(values, [&](std::int64_t v) { return v < lo || v > hi; });
  return values;
}

std::int64_t power(int bits) {
  return std::int64_t{1} << bits;
}

TEST(IntCast, GivesTheLawsBitsOnEveryPath) {
  on_every_target([] {
    std::mt19937_64 generator(1);
    std::map<IntCast::Path, std::int64_t> paths;
    for (const Mode& mode : all_modes()) {
      for (int round = 0; round < 60; ++round) {
        const int width = 1 + static_cast<int>(generator() % (mode.is_signed ? 32 : 31));
        const int source_bits = 1 + static_cast<int>(generator() % 62);
        const int distance = static_cast<int>(generator() % (round % 4 == 0 ? 140 : 40)) -
                             (round % 4 == 0 ? 70 : 15);
        const Format to = make_format(mode, width, 5 - distance);
        const std::int64_t lo = round % 3 == 0 ? 0 : -power(source_bits),
                           hi = power(source_bits) - 1;
        const IntCast cast(5, to, lo, hi);
        const std::vector<std::int64_t> wide = edge_values(generator, lo, hi);
        std::vector<std::int32_t> expected(wide.size()), actual(wide.size());
        std::transform(wide.begin(), wide.end(), expected.begin(), [&](std::int64_t v) {
          return static_cast<std::int32_t>(fixed::cast_raw(v, 5, to));
        });
        ++paths[cast.path()];
        cast(wide.data(), actual.data(), std::ssize(wide));
        ASSERT_EQ(actual, expected) << fixed::to_string(to) << " from 5, " << lo << " to " << hi;
        if (source_bits > 31) continue;
        std::vector<std::int32_t> narrow(wide.begin(), wide.end());
        cast(narrow.data(), narrow.data(), std::ssize(narrow));
        ASSERT_EQ(narrow, expected) << fixed::to_string(to) << " from 5, " << lo << " to " << hi;
      }
    }
    EXPECT_EQ(paths.size(), 4U) << "a path was never taken";
  });
}

TEST(IntCast, GivesTheLawsBitsInWideFormats) {
  std::mt19937_64 generator(3);
  for (const Mode& mode : all_modes()) {
    for (int round = 0; round < 60; ++round) {
      const int most = mode.is_signed ? 64 : 63;
      const int width = round % 5 == 0 ? most : 1 + static_cast<int>(generator() % most);
      const int source_bits = 1 + static_cast<int>(generator() % 62);
      const int distance = static_cast<int>(generator() % 140) - 70;
      const Format to = make_format(mode, width, 5 - distance);
      const std::int64_t lo = round % 3 == 0 ? 0 : -power(source_bits), hi = power(source_bits) - 1;
      const IntCast cast(5, to, lo, hi);
      std::vector<std::int64_t> values = edge_values(generator, lo, hi);
      std::vector<std::int64_t> expected(values.size());
      std::transform(values.begin(), values.end(), expected.begin(),
                     [&](std::int64_t v) { return fixed::cast_raw(v, 5, to); });
      if (source_bits <= 31) {
        const std::vector<std::int32_t> narrow(values.begin(), values.end());
        std::vector<std::int64_t> actual(values.size());
        cast(narrow.data(), actual.data(), std::ssize(narrow));
        ASSERT_EQ(actual, expected) << fixed::to_string(to) << " from 5, " << lo << " to " << hi;
      }
      cast(values.data(), values.data(), std::ssize(values));
      ASSERT_EQ(values, expected) << fixed::to_string(to) << " from 5, " << lo << " to " << hi;
    }
  }
}

TEST(IntCast, AFormatTooWideForTheArrayIsOurMistake) {
  const IntCast cast(0, {.width = 33, .int_bits = 33}, 0, 1);
  const std::int64_t in = 1;
  std::int64_t wide = 0;
  std::int32_t narrow = 0;
  cast(&in, &wide, 1);
  EXPECT_EQ(wide, 1);
  EXPECT_THROW(cast(&in, &narrow, 1), InternalError);
  EXPECT_THROW(IntCast(0, {.width = 64, .int_bits = 64, .is_signed = false}, 0, 1), InternalError);
}

TEST(IntCast, TakesTheFastPathWhereItMay) {
  const Format sat{.width = 8, .int_bits = 3, .rounding = Rounding::RND, .overflow = Overflow::SAT};
  EXPECT_EQ(IntCast(12, sat, -power(30), power(30)).path(), IntCast::Path::Narrow);
  EXPECT_EQ(IntCast(12, sat, -power(40), power(40)).path(), IntCast::Path::Wide);
  EXPECT_EQ(IntCast(5, sat, -128, 127).path(), IntCast::Path::Copy);
  EXPECT_EQ(IntCast(5, sat, -129, 127).path(), IntCast::Path::Narrow);
  Format symmetric = sat;
  symmetric.overflow = Overflow::SAT_SYM;
  EXPECT_EQ(IntCast(5, symmetric, -128, 127).path(), IntCast::Path::Narrow);
  EXPECT_EQ(IntCast(5, symmetric, -127, 127).path(), IntCast::Path::Copy);
}

TEST(IntMeanCast, GivesTheLawsBits) {
  std::mt19937_64 generator(2);
  for (const Mode& mode : all_modes()) {
    for (const std::int64_t divisor : {1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 16, 25, 49, 64, 289}) {
      for (int round = 0; round < 6; ++round) {
        const int width = 1 + static_cast<int>(generator() % (mode.is_signed ? 32 : 31));
        const int source_bits = 1 + static_cast<int>(generator() % 48);
        const int distance = static_cast<int>(generator() % 70) - 35;
        const Format to = make_format(mode, width, 3 - distance);
        const std::int64_t lo = round % 2 == 0 ? 0 : -power(source_bits),
                           hi = power(source_bits) - 1;
        const IntMeanCast cast(3, divisor, to, lo, hi);
        std::vector<std::int64_t> sums = edge_values(generator, lo, hi);
        // Sums whose means are ties.
        for (std::int64_t tie = -9; tie <= 9; ++tie)
          if (const std::int64_t sum = divisor * tie / 2; sum >= lo && sum <= hi)
            sums.push_back(sum);
        std::vector<std::int32_t> actual(sums.size());
        cast(sums.data(), actual.data(), std::ssize(sums));
        for (std::size_t i = 0; i < sums.size(); ++i)
          ASSERT_EQ(actual[i], fixed::cast_quotient(sums[i], 3, divisor, to))
              << sums[i] << " / " << divisor << " into " << fixed::to_string(to) << " from 3";
        if (lo < INT32_MIN || hi > INT32_MAX) continue;
        const std::vector<std::int32_t> words(sums.begin(), sums.end());
        std::vector<std::int32_t> of_words(sums.size());
        cast(words.data(), of_words.data(), std::ssize(words));
        ASSERT_EQ(of_words, actual) << " / " << divisor << " into " << fixed::to_string(to);
      }
    }
  }
}

// Where the fraction of the quotient is nearest to 0 or 1, an inexact reciprocal would show.
TEST(IntMeanCast, DividesExactlyAroundMultiplesOfEveryDivisor) {
  std::mt19937_64 generator(4);
  const Format to{
      .width = 32, .int_bits = 29, .rounding = Rounding::TRN, .overflow = Overflow::WRAP};
  for (int round = 0; round < 3000; ++round) {
    const int divisor_bits = 2 + static_cast<int>(generator() % 30);
    const std::int64_t divisor =
        power(divisor_bits) - 1 - static_cast<std::int64_t>(generator() % power(divisor_bits - 1));
    const int sum_bits = 10 + static_cast<int>(generator() % 50);
    const std::int64_t lo = -power(sum_bits), hi = power(sum_bits) - 1;
    // Fewer fraction bits than the sum, as many, or more.
    const auto from = static_cast<int>(generator() % 7);
    const IntMeanCast cast(from, divisor, to, lo, hi);
    std::vector<std::int64_t> sums{lo, lo + 1, -1, 0, 1, hi - 1, hi};
    for (int i = 0; i < 20; ++i) {
      const auto any = static_cast<std::int64_t>(generator() % power(sum_bits));
      for (std::int64_t near : {-1, 0, 1})
        for (std::int64_t sign : {-1, 1})
          if (const std::int64_t sum = sign * (any - any % divisor) + near; sum >= lo && sum <= hi)
            sums.push_back(sum);
    }
    std::vector<std::int32_t> actual(sums.size());
    cast(sums.data(), actual.data(), std::ssize(sums));
    for (std::size_t i = 0; i < sums.size(); ++i)
      ASSERT_EQ(actual[i], fixed::cast_quotient(sums[i], from, divisor, to))
          << sums[i] << " / " << divisor << " from " << from;
  }
}

}  // namespace
}  // namespace qfx::kernels
