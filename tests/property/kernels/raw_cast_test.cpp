// Arrays of values to raw integers and back, against the scalar law on every instruction set.
#include "qfx/kernels/raw_cast.h"

#include <gtest/gtest.h>
#include <limits>
// After gtest.h
#include <rapidcheck/gtest.h>

#include "support/kernel_law.h"
#include "support/kernel_targets.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

using fixed::Format;

// How many elements there are of channels that lie this far apart.
std::size_t channel_of(const Extent& extent, std::size_t i) {
  return i / static_cast<std::size_t>(extent.inner) % static_cast<std::size_t>(extent.channels);
}

template <class Raw>
int widest(bool is_signed) {
  return static_cast<int>(8 * sizeof(Raw)) - !is_signed;
}

// The law of any width: raw_from_double is the same on machine integers, up to 63 bits.
template <class T>
std::int64_t law_raw(T x, const Format& format) {
  if (format.width <= 63) return fixed::raw_from_double(static_cast<double>(x), format);
  return fixed::Fixed::from_double(static_cast<double>(x), format).raw().convert_to<std::int64_t>();
}

template <class T, class Raw>
void expect_law(const std::vector<T>& x, const Extent& extent, const Format& format,
                const std::vector<int>& frac_bits) {
  std::vector<Raw> wanted(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    wanted[i] =
        static_cast<Raw>(law_raw(x[i], with_frac_bits(format, frac_bits[channel_of(extent, i)])));
  on_every_target([&] {
    std::vector<Raw> raw(x.size(), Raw(77));
    to_raw(x.data(), raw.data(), extent, format, frac_bits.data());
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(raw[i], wanted[i])
          << "element " << i << ", x = " << x[i] << ", "
          << to_string(with_frac_bits(format, frac_bits[channel_of(extent, i)]));
  });
}

// Every mode; widths from 1 to what Raw holds, the carriers' edges always; near and far points; all
// layouts.
template <class T, class Raw>
void random_formats() {
  std::mt19937_64 random(5);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  const std::vector<Extent> extents{{1, 1, 333}, {3, 4, 17}, {37, 5, 1}, {2, 3, 100}, {130, 16, 1}};
  for (int round = 0; round < 40; ++round) {
    for (const bool is_signed : {true, false}) {
      const int most = widest<Raw>(is_signed);
      const int edges[] = {23, 24, 31, 52, 53, 54, most};
      const int width =
          std::min<int>(most, round % 2 == 0 ? edges[below(7)] : 1 + static_cast<int>(below(64)));
      for (const Format& format : all_modes(width, is_signed)) {
        const Extent extent = extents[static_cast<std::size_t>(below(extents.size()))];
        const int span = round % 5 == 0 ? 1000 : 40;
        std::vector<int> frac_bits;
        for (std::int64_t c = 0; c < extent.channels; ++c)
          frac_bits.push_back(static_cast<int>(below(2 * static_cast<std::uint64_t>(span))) - span);
        Numbers<T> numbers(random());
        std::vector<T> x(static_cast<std::size_t>(extent.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
          const int f = frac_bits[channel_of(extent, i)];
          x[i] = round % 3 == 0 ? numbers.next(format, f) : numbers.near(format, f);
        }
        expect_law<T, Raw>(x, extent, format, frac_bits);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(ToRaw, FloatToInt32) {
  random_formats<float, std::int32_t>();
}
TEST(ToRaw, FloatToInt64) {
  random_formats<float, std::int64_t>();
}
TEST(ToRaw, DoubleToInt32) {
  random_formats<double, std::int32_t>();
}
TEST(ToRaw, DoubleToInt64) {
  random_formats<double, std::int64_t>();
}

TEST(ToRaw, WhatIsNotFiniteIsTheUsers) {
  const Format format{8, 3, true, fixed::Rounding::RND, fixed::Overflow::SAT};
  const int frac_bits = 5;
  const auto message = [&](const std::vector<float>& x) -> std::string {
    std::vector<std::int32_t> raw(x.size());
    try {
      to_raw(x.data(), raw.data(), {1, 1, std::ssize(x)}, format, &frac_bits);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  on_every_target([&] {
    std::vector<float> x(10000, 1.5f);
    EXPECT_EQ(message(x), "");
    for (const std::size_t i : {std::size_t{0}, std::size_t{5000}, x.size() - 1}) {
      x[i] = std::nanf("");
      EXPECT_NE(message(x).find("NaN"), std::string::npos) << i;
      x[i] = -INFINITY;
      EXPECT_NE(message(x).find("-inf"), std::string::npos) << i;
      x[i] = std::numeric_limits<float>::max();
      EXPECT_EQ(message(x), "") << i;
    }
  });
}

TEST(ToRaw, AFormatTooWideForTheArrayIsOurMistake) {
  const int frac_bits = 0;
  const float x = 1;
  std::int32_t raw = 0;
  std::int64_t wide = 0;
  EXPECT_NO_THROW(to_raw(&x, &raw, {}, Format{32, 32, true}, &frac_bits));
  EXPECT_THROW(to_raw(&x, &raw, {}, Format{33, 33, true}, &frac_bits), InternalError);
  EXPECT_THROW(to_raw(&x, &raw, {}, Format{32, 32, false}, &frac_bits), InternalError);
  EXPECT_NO_THROW(to_raw(&x, &wide, {}, Format{64, 64, true}, &frac_bits));
  EXPECT_THROW(to_raw(&x, &wide, {}, Format{64, 64, false}, &frac_bits), InternalError);
}

// Raw values of every size; the nearest T of each.
template <class Raw, class T>
void expect_back(int span) {
  std::mt19937_64 random(9);
  for (const Extent& extent : {Extent{1, 1, 999}, Extent{9, 3, 7}, Extent{3, 3, 50}}) {
    for (int round = 0; round < 50; ++round) {
      std::vector<int> frac_bits;
      for (std::int64_t c = 0; c < extent.channels; ++c)
        frac_bits.push_back(static_cast<int>(random() % (2 * span)) - span);
      std::vector<Raw> raw(static_cast<std::size_t>(extent.size()));
      for (Raw& value : raw)
        value = static_cast<Raw>(static_cast<std::int64_t>(random()) >> random() % 64);
      std::vector<T> wanted(raw.size());
      for (std::size_t i = 0; i < raw.size(); ++i)
        wanted[i] = std::ldexp(static_cast<T>(raw[i]), -frac_bits[channel_of(extent, i)]);
      on_every_target([&] {
        std::vector<T> x(raw.size(), T(77));
        from_raw(raw.data(), x.data(), extent, frac_bits.data());
        for (std::size_t i = 0; i < raw.size(); ++i)
          ASSERT_EQ(bits_of(x[i]), bits_of(wanted[i])) << raw[i];
      });
    }
  }
}

TEST(FromRaw, NearestValueOfEveryInteger) {
  expect_back<std::int32_t, float>(60);
  expect_back<std::int32_t, float>(120);
  expect_back<std::int64_t, float>(60);
  expect_back<std::int32_t, double>(900);
  expect_back<std::int64_t, double>(950);
}

// There and back: what a format holds survives.
RC_GTEST_PROP(FromRaw, UndoesToRaw, ()) {
  const bool is_signed = *rc::gen::arbitrary<bool>();
  const int width = *rc::gen::inRange(1, 25);
  const Format format{width, width, is_signed, fixed::Rounding::TRN, fixed::Overflow::WRAP};
  const std::vector<int> frac_bits{*rc::gen::inRange(-90, 90), *rc::gen::inRange(-90, 90)};
  const auto raw = *rc::gen::container<std::vector<std::int32_t>>(
      64, rc::gen::inRange(static_cast<std::int32_t>(min_raw(format)),
                           static_cast<std::int32_t>(max_raw(format)) + 1));
  const Extent extent{2, 2, 16};
  std::vector<float> x(raw.size());
  std::vector<std::int32_t> again(raw.size());
  on_every_target([&] {
    from_raw(raw.data(), x.data(), extent, frac_bits.data());
    to_raw(x.data(), again.data(), extent, format, frac_bits.data());
    RC_ASSERT(again == raw);
  });
}

}  // namespace
}  // namespace qfx::kernels
