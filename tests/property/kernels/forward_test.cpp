// Forward casts against the scalar law, bit for bit, on every instruction set.
#include <gtest/gtest.h>
// After gtest.h
#include <rapidcheck/gtest.h>

#include "support/kernel_law.h"
#include "support/kernel_targets.h"

namespace qfx::kernels {
namespace {

using fixed::Format;

// All floats of 12 significant bits with exponents -20 to 20, and their negatives.
std::vector<float> short_floats() {
  std::vector<float> values{0.0f, -0.0f};
  for (int exponent = -20; exponent <= 20; ++exponent)
    for (int mantissa = 2048; mantissa < 4096; ++mantissa)
      for (const float sign : {1.0f, -1.0f})
        values.push_back(sign * std::ldexp(static_cast<float>(mantissa), exponent - 11));
  return values;
}

template <class T>
::testing::AssertionResult same_bits(const std::vector<T>& got, const std::vector<T>& wanted,
                                     const std::vector<T>& x, const Format& format) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (bits_of(got[i]) == bits_of(wanted[i])) continue;
    return ::testing::AssertionFailure()
           << "element " << i << ", x = " << x[i] << ", " << to_string(format) << ": got " << got[i]
           << ", wanted " << wanted[i];
  }
  return ::testing::AssertionSuccess();
}

template <class T>
void expect_law(const std::vector<T>& x, const Format& format, int frac_bits) {
  std::vector<T> wanted(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    wanted[i] = static_cast<T>(law_cast(static_cast<double>(x[i]), format, frac_bits)) + T(0);
  const Extent flat{1, 1, static_cast<std::int64_t>(x.size())};
  on_every_target([&] {
    std::vector<T> y(x.size());
    fake_cast(x.data(), y.data(), flat, format, &frac_bits);
    EXPECT_TRUE(same_bits(y, wanted, x, with_frac_bits(format, frac_bits)));
  });
}

struct Grid {
  int width;
  bool is_signed;
  int frac_bits;
};

void PrintTo(const Grid& grid, std::ostream* out) {
  *out << (grid.is_signed ? "signed " : "unsigned ") << grid.width << " bits, " << grid.frac_bits
       << " of them fraction";
}

class Exhaustive : public ::testing::TestWithParam<Grid> {};

TEST_P(Exhaustive, EveryShortFloatInEveryMode) {
  static const std::vector<float> x = short_floats();
  const Grid grid = GetParam();
  for (const Format& format : all_modes(grid.width, grid.is_signed))
    expect_law(x, format, grid.frac_bits);
}

INSTANTIATE_TEST_SUITE_P(Formats, Exhaustive,
                         ::testing::Values(Grid{8, true, 5}, Grid{8, false, 7}, Grid{1, true, 0},
                                           Grid{1, false, 3}, Grid{3, true, -4}, Grid{12, true, 16},
                                           Grid{24, true, 20}));

// Every format that a carrier holds, with near and far binary points, on numbers that hit the
// edges.
template <class T>
void random_formats(int max_width, int far) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 60; ++round) {
    const int width = 1 + static_cast<int>(random() % static_cast<unsigned>(max_width));
    const int span = round % 4 == 0 ? far : 24;
    const int frac_bits = static_cast<int>(random() % static_cast<unsigned>(2 * span + 1)) - span;
    for (const Format& format : all_modes(width, random() % 2 == 0)) {
      Numbers<T> numbers(random());
      std::vector<T> x(333);
      for (T& value : x) value = numbers.next(format, frac_bits);
      expect_law(x, format, frac_bits);
      // Casts that wrap go another way where a whole line is near.
      for (T& value : x) value = numbers.near(format, frac_bits);
      expect_law(x, format, frac_bits);
    }
  }
}

// The farthest binary points whose values are normal numbers of the carrier.
TEST(Forward, FloatOfAnyFormatAndValue) {
  random_formats<float>(24, 102);
}
TEST(Forward, DoubleOfAnyFormatAndValue) {
  random_formats<double>(53, 960);
}

// One call: a format, per-channel points, an extent, a source of values.
template <class T>
struct Case {
  Extent extent;
  Format format;
  std::vector<int> frac_bits;
  std::vector<T> x, b, scale, offset;
  Bounds<T> bounds;

  Case() {
    extent = {*rc::gen::inRange(0, 40), *rc::gen::inRange(1, 40),
              *rc::gen::element(0, 1, 1, 2, 3, 9, 15, 16, 17, 49, 64, 1100)};
    const auto formats = all_modes(*rc::gen::inRange(1, 17), *rc::gen::arbitrary<bool>());
    format = formats[*rc::gen::inRange<std::size_t>(0, formats.size())];
    for (std::int64_t c = 0; c < extent.channels; ++c)
      frac_bits.push_back(*rc::gen::inRange(-6, 16));
    Numbers<T> numbers(*rc::gen::arbitrary<std::uint64_t>());
    const auto size = static_cast<std::size_t>(extent.size());
    x.resize(size);
    b.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      const int f = frac_bits[static_cast<std::size_t>(channel(i))];
      x[i] = numbers.next(format, f);
      b[i] = numbers.next(format, f);
      if (!std::isfinite(x[i] + b[i])) b[i] = 0;
    }
    for (std::int64_t c = 0; c < extent.channels; ++c) {
      scale.push_back(numbers.gentle());
      offset.push_back(numbers.gentle());
    }
    bounds = numbers.bounds(format, frac_bits[0]);
  }

  std::int64_t channel(std::size_t i) const {
    return static_cast<std::int64_t>(i) / extent.inner % extent.channels;
  }

  // The law on value(i) for every element.
  template <class Value>
  std::vector<T> wanted(const Value& value, bool one_point = false) const {
    std::vector<T> y(x.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto c = one_point ? 0 : static_cast<std::size_t>(channel(i));
      const double v = static_cast<double>(value(i));
      y[i] = std::isfinite(v) ? static_cast<T>(law_cast(v, format, frac_bits[c])) : T(NAN);
    }
    return y;
  }
};

template <class T, class Run>
void expect_everywhere(const Case<T>& c, const std::vector<T>& wanted, const Run& run) {
  on_every_target([&] {
    std::vector<T> y(c.x.size());
    run(y.data());
    RC_ASSERT(bool(same_bits(y, wanted, c.x, c.format)));
  });
}

// Also on the bounds, at infinities and at NaN.
template <class T>
void check_clip(Case<T> c) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  const T special[] = {c.bounds.min, c.bounds.max, kInfinity, -kInfinity, T(NAN)};
  for (std::size_t i = 0; i < c.x.size(); i += 3) c.x[i] = special[i / 3 % 5];
  expect_everywhere(
      c, c.wanted([&](std::size_t i) { return std::clamp(c.x[i], c.bounds.min, c.bounds.max); }),
      [&](T* y) { clip_cast(c.x.data(), c.bounds, y, c.extent, c.format, c.frac_bits.data()); });
}

// The law is asked about the product that the kernel casts: a finite one.
template <class T>
void check_mul(Case<T> c) {
  for (std::size_t i = 0; i < c.x.size(); ++i)
    if (!std::isfinite(c.x[i] * c.b[i])) c.b[i] = 1;
  expect_everywhere(c, c.wanted([&](std::size_t i) { return c.x[i] * c.b[i]; }), [&](T* y) {
    mul_cast(c.x.data(), c.b.data(), y, c.extent, c.format, c.frac_bits.data());
  });
}

template <class T>
void check_sources() {
  const Case<T> c;
  expect_everywhere(c, c.wanted([&](std::size_t i) { return c.x[i]; }), [&](T* y) {
    fake_cast(c.x.data(), y, c.extent, c.format, c.frac_bits.data());
  });
  expect_everywhere(
      c, c.wanted([&](std::size_t i) { return c.x[i] < 0 ? T(0) : c.x[i]; }),
      [&](T* y) { relu_cast(c.x.data(), y, c.extent, c.format, c.frac_bits.data()); });
  expect_everywhere(c, c.wanted([&](std::size_t i) { return c.x[i] + c.b[i]; }), [&](T* y) {
    add_cast(c.x.data(), c.b.data(), y, c.extent, c.format, c.frac_bits.data());
  });
  check_mul(c);
  check_clip(c);
}

RC_GTEST_PROP(ForwardExtents, FloatSources, ()) {
  check_sources<float>();
}
RC_GTEST_PROP(ForwardExtents, DoubleSources, ()) {
  check_sources<double>();
}

template <class T, class Wide>
void check_products() {
  Case<T> c;
  // Products and sums stay in range: the law is asked about the same number that the kernel casts.
  for (T& value : c.x)
    if (std::abs(value) > T(1e30)) value = 1;
  const auto product = [&](std::size_t i) {
    return Wide(c.scale[static_cast<std::size_t>(c.channel(i))]) * Wide(c.x[i]);
  };
  const auto sum = [&](std::size_t i) {
    return product(i) + Wide(c.offset[static_cast<std::size_t>(c.channel(i))]);
  };
  expect_everywhere(c, c.wanted(sum, true), [&](T* y) {
    affine_cast<T, Wide>(c.x.data(), c.scale.data(), c.offset.data(), y, c.extent, c.format,
                         c.frac_bits[0]);
  });
  const auto leaky = [&](std::size_t i) { return c.x[i] > 0 ? Wide(c.x[i]) : product(i); };
  expect_everywhere(c, c.wanted(leaky, true), [&](T* y) {
    prelu_cast<T, Wide>(c.x.data(), c.scale.data(), y, c.extent, c.format, c.frac_bits[0]);
  });
}

RC_GTEST_PROP(ForwardExtents, ProductsInFloat, ()) {
  check_products<float, float>();
}
RC_GTEST_PROP(ForwardExtents, ProductsFromFloatInDouble, ()) {
  check_products<float, double>();
}
RC_GTEST_PROP(ForwardExtents, ProductsInDouble, ()) {
  check_products<double, double>();
}

}  // namespace
}  // namespace qfx::kernels
