// Raw values for tests of the number system: every one of a small format, else those near every
// boundary and many random ones.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "qfx/fixed/value.h"

namespace qfx::fixed::matrix {

inline BigInt lowest(const Format& format) {
  return format.is_signed ? BigInt(-(BigInt(1) << (format.width - 1))) : BigInt(0);
}

inline BigInt highest(const Format& format) {
  return (BigInt(1) << (format.is_signed ? format.width - 1 : format.width)) - 1;
}

inline constexpr int kExhaustiveWidth = 10;

inline std::vector<BigInt> every_value(const Format& format) {
  std::vector<BigInt> values;
  for (BigInt raw = lowest(format); raw <= highest(format); ++raw) values.push_back(raw);
  return values;
}

inline BigInt random_bits(std::mt19937_64& random, int bits) {
  BigInt value = 0;
  for (int done = 0; done < bits; done += 64) value = (value << 64) | random();
  return value & ((BigInt(1) << bits) - 1);
}

// Values of `from`: its own ends, powers of two, the ends of `to` and the halves between its
// values, each a little off either way, and `count` random ones of all lengths.
inline std::vector<BigInt> biased_values(const Format& from, const Format& to, int count,
                                         std::mt19937_64& random) {
  std::vector<BigInt> values;
  const auto around = [&](const BigInt& middle) {
    for (int off = -2; off <= 2; ++off) {
      const BigInt value = middle + off;
      if (value >= lowest(from) && value <= highest(from)) values.push_back(value);
    }
  };
  around(0);
  around(lowest(from));
  around(highest(from));
  for (int i = 0; i < from.width; ++i) {
    around(BigInt(1) << i);
    around(-(BigInt(1) << i));
  }
  const int drop = from.frac_bits() - to.frac_bits();
  for (const BigInt& end : {lowest(to), highest(to)}) {
    for (int halves = -3; halves <= 3; ++halves) {
      const BigInt twice = 2 * end + halves;
      around(drop >= 1 ? BigInt(twice << (drop - 1)) : BigInt(twice >> (1 - drop)));
    }
  }
  for (int i = 0; i < count; ++i) {
    const int bits = 1 + static_cast<int>(random() % static_cast<unsigned>(from.width));
    BigInt value = random_bits(random, bits);
    if (drop > 0 && i % 3 == 0) {
      // A tie, or next to one.
      value = (value << drop) + (BigInt(1) << (drop - 1));
      around(detail::wrap(value, from.width, from.is_signed));
      continue;
    }
    if (from.is_signed && random() % 2 == 0) value = -value;
    values.push_back(detail::wrap(value, from.width, from.is_signed));
  }
  return values;
}

inline std::vector<BigInt> values_for(const Format& from, const Format& to, int count,
                                      std::mt19937_64& random) {
  return from.width <= kExhaustiveWidth ? every_value(from)
                                        : biased_values(from, to, count, random);
}

}  // namespace qfx::fixed::matrix
