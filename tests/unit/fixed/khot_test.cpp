#include "qfx/fixed/khot.h"

#include <bit>
#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>
#include <set>

#include "qfx/base/error.h"

namespace qfx::fixed {
namespace {

// Every sum of at most k powers of two, each with a sign if `signed_digits`, by brute force.
std::set<std::int64_t> sums(int k, bool signed_digits, int powers) {
  std::set<std::int64_t> all = {0};
  for (int used = 0; used < k; ++used) {
    std::set<std::int64_t> next = all;
    for (const std::int64_t sum : all) {
      for (int power = 0; power < powers; ++power) {
        next.insert(sum + (std::int64_t{1} << power));
        if (signed_digits) next.insert(sum - (std::int64_t{1} << power));
      }
    }
    all = std::move(next);
  }
  return all;
}

// Sums with carries (1 + 1 = 2) only ever have fewer ones, so `sums` is right for ones too.
std::int64_t nearest_of(const std::set<std::int64_t>& magnitudes, std::int64_t raw,
                        const Format& format) {
  std::optional<std::int64_t> best;
  for (const std::int64_t magnitude : magnitudes) {
    for (const std::int64_t value : {magnitude, -magnitude}) {
      if (value < min_raw(format) || value > max_raw(format)) continue;
      if (!best || std::abs(value - raw) < std::abs(*best - raw) ||
          (std::abs(value - raw) == std::abs(*best - raw) && std::abs(value) < std::abs(*best)))
        best = value;
    }
  }
  return *best;
}

TEST(KHot, NearestForEveryValueUpToTenBits) {
  std::int64_t cases = 0;
  for (const bool signed_digits : {false, true}) {
    for (int k = 1; k <= 4; ++k) {
      const auto magnitudes = sums(k, signed_digits, 11);
      for (const int width : {1, 2, 3, 5, 8, 10}) {
        for (const bool is_signed : {true, false}) {
          const Format format{.width = width, .int_bits = 3, .is_signed = is_signed};
          for (std::int64_t raw = min_raw(format); raw <= max_raw(format); ++raw) {
            const std::int64_t projected = project_khot(raw, k, signed_digits, format);
            ASSERT_EQ(projected, nearest_of(magnitudes, raw, format))
                << raw << " k " << k << (signed_digits ? " signed digits" : " ones") << " width "
                << width;
            ASSERT_LE(count_digits(projected, signed_digits), k);
            ++cases;
          }
        }
      }
    }
  }
  EXPECT_GT(cases, 20000);
}

TEST(KHot, AtLeastWidthOnesChangeNothing) {
  for (const int width : {1, 4, 9}) {
    const Format format{.width = width};
    for (std::int64_t raw = min_raw(format); raw <= max_raw(format); ++raw) {
      for (const bool signed_digits : {false, true})
        EXPECT_EQ(project_khot(raw, width, signed_digits, format), raw);
    }
  }
}

TEST(KHot, Examples) {
  const Format byte{.width = 8};
  EXPECT_EQ(project_khot(7, 2, false, byte), 6);  // 6 and 8 are as near: the smaller
  EXPECT_EQ(project_khot(7, 2, true, byte), 7);   // 8 - 1
  EXPECT_EQ(project_khot(-7, 2, false, byte), -6);
  EXPECT_EQ(project_khot(127, 1, false, byte), 64);     // 128 is outside
  EXPECT_EQ(project_khot(-127, 1, false, byte), -128);  // and -128 inside
  EXPECT_EQ(project_khot(119, 2, true, byte), 120);
  EXPECT_EQ(project_khot(1000, 8, false, byte), 127);  // into the range first
  EXPECT_EQ(project_khot(-5, 8, false, Format{.width = 8, .is_signed = false}), 0);
}

TEST(KHot, WorstRelativeErrors) {
  const Format format{.width = 16};
  const auto worst = [&](int k, bool signed_digits) {
    double error = 0;
    for (std::int64_t raw = 1; raw < 1 << 14; ++raw) {
      const auto off = std::abs(project_khot(raw, k, signed_digits, format) - raw);
      error = std::max(error, static_cast<double>(off) / static_cast<double>(raw));
    }
    return error;
  };
  EXPECT_NEAR(worst(2, false), 0.143, 0.001);
  EXPECT_NEAR(worst(2, true), 0.091, 0.001);
  EXPECT_NEAR(worst(3, false), 0.067, 0.001);
  EXPECT_NEAR(worst(3, true), 0.023, 0.001);
}

TEST(KHot, DigitsGiveTheValueBack) {
  for (const std::int64_t raw : {0L, 1L, -1L, 7L, -7L, 119L, -119L, 12345L, INT64_MAX, INT64_MIN}) {
    for (const bool signed_digits : {false, true}) {
      const auto digits = digits_of(raw, signed_digits);
      EXPECT_EQ(from_digits(digits), raw);
      EXPECT_EQ(static_cast<int>(digits.size()), count_digits(raw, signed_digits));
      for (std::size_t i = 1; i < digits.size(); ++i) {
        EXPECT_GT(digits[i - 1].exponent, digits[i].exponent + (signed_digits ? 1 : 0));
        EXPECT_TRUE(signed_digits || digits[i].sign == (raw < 0 ? -1 : 1));
      }
    }
  }
  EXPECT_EQ(digits_of(7, true), (std::vector<Digit>{{3, 1}, {0, -1}}));
  EXPECT_EQ(digits_of(-6, false), (std::vector<Digit>{{2, -1}, {1, -1}}));
}

TEST(KHot, NeedsAtLeastOneOne) {
  EXPECT_THROW(project_khot(5, 0, false, Format{}), UserError);
  EXPECT_THROW(project_khot(5, -1, true, Format{}), UserError);
}

}  // namespace
}  // namespace qfx::fixed
