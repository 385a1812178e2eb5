// K-hot projection of arrays is fixed::project_khot of every element.
#include "qfx/kernels/khot.h"

#include <cmath>
#include <gtest/gtest.h>

#include "support/kernel_targets.h"

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"

namespace qfx::kernels {
namespace {

using fixed::Format;

template <class T>
void expect_projection(const std::vector<std::int64_t>& raws, int k, bool signed_digits,
                       const Format& format) {
  // Two channels with binary points of their own, one of them far out.
  const std::vector<int> frac_bits{3, sizeof(T) == 4 ? -60 : -600};
  const Extent extent{1, 2, static_cast<std::int64_t>(raws.size())};
  std::vector<T> values;
  for (const int f : frac_bits)
    for (const std::int64_t raw : raws) values.push_back(std::ldexp(static_cast<T>(raw), -f));
  project_khot(values.data(), extent, k, signed_digits, format, frac_bits.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t raw = raws[i % raws.size()];
    const T wanted = std::ldexp(static_cast<T>(fixed::project_khot(raw, k, signed_digits, format)),
                                -frac_bits[i / raws.size()]);
    ASSERT_EQ(values[i], wanted) << raw << " k " << k << " digits " << signed_digits;
  }
}

void expect_small_formats() {
  for (const int width : {1, 2, 5, 8}) {
    for (const bool is_signed : {true, false}) {
      const Format format{width, width, is_signed};
      std::vector<std::int64_t> raws;
      for (std::int64_t raw = min_raw(format); raw <= max_raw(format); ++raw) raws.push_back(raw);
      for (int k = 1; k <= width + 1; ++k) {
        for (const bool signed_digits : {false, true}) {
          expect_projection<float>(raws, k, signed_digits, format);
          expect_projection<double>(raws, k, signed_digits, format);
        }
      }
    }
  }
}

TEST(ProjectKhot, EveryValueOfSmallFormatsOnEveryTarget) {
  on_every_target(expect_small_formats);
}

// Behind whole vectors, before them and between: what the vectors leave is projected all the same.
TEST(ProjectKhot, NanAmongValuesChangesNothingElse) {
  const Format format{8, 8, true};
  const int frac_bits = 2;
  on_every_target([&] {
    for (std::size_t at = 0; at < 40; ++at) {
      std::vector<float> values;
      for (int raw = -20; raw < 20; ++raw)
        values.push_back(std::ldexp(static_cast<float>(raw), -2));
      values[at] = std::nanf("");
      project_khot(values.data(), {1, 1, 40}, 2, false, format, &frac_bits);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto raw = static_cast<std::int64_t>(i) - 20;
        if (i == at)
          EXPECT_TRUE(std::isnan(values[i]));
        else
          EXPECT_EQ(values[i], std::ldexp(fixed::project_khot(raw, 2, false, format), -2)) << raw;
      }
    }
  });
}

TEST(ProjectKhot, FormatsTooWideForATable) {
  for (const int width : {16, 17, 24}) {
    const Format format{width, width, true};
    std::vector<std::int64_t> raws{min_raw(format), max_raw(format), 0, -1, 1};
    for (std::int64_t raw = 1; raw < max_raw(format); raw = raw * 3 + 1) {
      raws.push_back(raw);
      raws.push_back(-raw);
    }
    for (const int k : {1, 2, 3}) expect_projection<float>(raws, k, true, format);
  }
  const Format wide{53, 53, true};
  expect_projection<double>({max_raw(wide), min_raw(wide), 0x123456789abcd, -77}, 2, false, wide);
}

TEST(ProjectKhot, NanStays) {
  float value = std::nanf("");
  const int frac_bits = 3;
  project_khot(&value, {}, 2, false, Format{8, 8, true}, &frac_bits);
  EXPECT_TRUE(std::isnan(value));
}

TEST(ProjectKhot, AsksForAtLeastOneDigit) {
  float value = 1;
  const int frac_bits = 3;
  EXPECT_THROW(project_khot(&value, {}, 0, false, Format{8, 8, true}, &frac_bits), UserError);
}

TEST(ProjectKhot, AValueOutsideTheFormatIsOurMistake) {
  float value = 1000;
  const int frac_bits = 3;
  EXPECT_THROW(project_khot(&value, {}, 2, false, Format{8, 8, true}, &frac_bits), InternalError);
}

}  // namespace
}  // namespace qfx::kernels
