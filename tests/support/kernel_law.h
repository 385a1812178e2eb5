// The casts as the scalar law says them, element by element: what the kernels are judged against.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "qfx/fixed/value.h"
#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

inline fixed::Format with_frac_bits(fixed::Format format, int frac_bits) {
  format.int_bits = format.width - frac_bits;
  return format;
}

// cast(x) of a finite x.
inline double law_cast(double x, const fixed::Format& format, int frac_bits) {
  const std::int64_t raw = fixed::raw_from_double(x, with_frac_bits(format, frac_bits));
  return std::ldexp(static_cast<double>(raw), -frac_bits);
}

struct LawSlope {
  bool inside = false;
  double q = 0;      // the value of the cast
  double point = 0;  // dq/df / ln2
};

inline LawSlope law_slope(double x, const fixed::Format& format, int frac_bits) {
  // Rounded into a format so wide that only values far outside saturate.
  fixed::Format wide = with_frac_bits({.width = 62, .rounding = format.rounding}, frac_bits);
  wide.overflow = fixed::Overflow::SAT;
  const std::int64_t n = fixed::raw_from_double(x, wide);
  std::int64_t low = fixed::min_raw(format);
  const std::int64_t high = fixed::max_raw(format);
  if (format.is_signed && format.width > 1 && format.overflow == fixed::Overflow::SAT_SYM) low += 1;
  LawSlope slope;
  slope.inside = n >= low && n <= high;
  const auto value = [&](std::int64_t raw) {
    return std::ldexp(static_cast<double>(raw), -frac_bits);
  };
  if (slope.inside || !jumps_outside(format)) {
    slope.q = value(std::min(std::max(n, low), high));
    slope.point = (slope.inside ? x : 0.0) - slope.q;
  } else {
    slope.q = law_cast(x, format, frac_bits);
    const double reach = std::clamp(x, value(2 * low), value(2 * high));
    slope.point = low == 0 && n < 0 ? 0.0 : (slope.q - reach) / std::numbers::ln2;
  }
  return slope;
}

// Every rounding with every overflow mode and some N that exist for this width and sign.
inline std::vector<fixed::Format> all_modes(int width, bool is_signed) {
  std::vector<fixed::Format> formats;
  for (int r = 0; r < fixed::kRoundingCount; ++r) {
    for (int o = 0; o < fixed::kOverflowCount; ++o) {
      const auto overflow = static_cast<fixed::Overflow>(o);
      const bool has_n = overflow == fixed::Overflow::WRAP || overflow == fixed::Overflow::WRAP_SM;
      if (overflow == fixed::Overflow::WRAP_SM && !is_signed) continue;
      for (const int n : std::set{0, 1, 2, 3, width}) {
        if (n > 0 && (!has_n || n > width)) continue;
        formats.push_back({width, width, is_signed, static_cast<fixed::Rounding>(r), overflow, n});
      }
    }
  }
  return formats;
}

// Numbers that hit what matters: on and next to ties and limits of the format, anything within a
// few times its range, and any bit pattern that is a finite number.
template <class T>
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : random_(seed) {}

  T next(const fixed::Format& format, int frac_bits) {
    return below(4) == 0 ? anything() : near(format, frac_bits);
  }

  // Not any bit pattern.
  T near(const fixed::Format& format, int frac_bits) {
    switch (below(3)) {
      case 0:
        return scaled(std::uniform_real_distribution<double>(-3, 3)(random_) * reach(format),
                      frac_bits);
      case 1: {
        const double half =
            static_cast<double>(below(64)) - 32 + 0.5 * static_cast<double>(below(2));
        return nudged(scaled(half, frac_bits));
      }
      default: {
        const double limit =
            (below(2) ? reach(format) : -reach(format)) + 0.25 * static_cast<double>(below(9)) - 1;
        return nudged(scaled(limit, frac_bits));
      }
    }
  }

  // Within the range, in quarters of a step.
  T inside(const fixed::Format& format, int frac_bits) {
    const double low = format.is_signed ? -reach(format) : 0;
    const double raw = std::uniform_real_distribution<double>(low, reach(format) - 1)(random_);
    return scaled(std::floor(raw * 4) / 4, frac_bits);
  }

  // Of a clip, where the format's numbers are.
  Bounds<T> bounds(const fixed::Format& format, int frac_bits) {
    const T a = near(format, frac_bits);
    T b = a;
    while (b == a) b = near(format, frac_bits);
    return {std::min(a, b), std::max(a, b)};
  }

  // A plain value for gradients and parameters.
  T gentle() { return static_cast<T>(std::uniform_real_distribution<double>(-2, 2)(random_)); }

  T anything() {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    for (;;) {
      const T x = std::bit_cast<T>(static_cast<Bits>(random_()));
      if (std::isfinite(x)) return x;
    }
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  static double reach(const fixed::Format& f) {
    return std::ldexp(1.0, f.is_signed ? f.width - 1 : f.width);
  }
  static T scaled(double raw, int frac_bits) {
    const T x = static_cast<T>(std::ldexp(raw, -frac_bits));
    return std::isfinite(x) ? x : T(0);
  }
  T nudged(T x) {
    const std::uint64_t way = below(3);
    const T y = way == 0 ? x : std::nextafter(x, way == 1 ? T(-INFINITY) : T(INFINITY));
    return std::isfinite(y) ? y : x;
  }

  std::mt19937_64 random_;
};

template <class T>
std::uint64_t bits_of(T value) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<std::uint32_t>(value);
  else
    return std::bit_cast<std::uint64_t>(value);
}

}  // namespace qfx::kernels
