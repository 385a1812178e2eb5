// The cast of an exact mean, raw * 2^-from_frac / divisor, rounded once. The law is
// fixed::cast_quotient.
#pragma once

#include <cstdint>
#include <optional>

#include "qfx/fixed/format.h"
#include "qfx/kernels/int_cast.h"

namespace qfx::kernels {

class IntMeanCast {
 public:
  // The caller proves lo <= raw <= hi. divisor > 0.
  IntMeanCast(int from_frac, std::int64_t divisor, const fixed::Format& to, std::int64_t lo,
              std::int64_t hi);

  void operator()(const std::int64_t* sums, std::int32_t* out, std::int64_t count) const;
  void operator()(const std::int32_t* sums, std::int32_t* out, std::int64_t count) const;

 private:
  std::int64_t rounded(std::int64_t raw) const;
  std::int64_t floor_of(std::int64_t numerator) const;

  int from_frac_;
  std::int64_t divisor_;
  fixed::Format to_;
  // Divisors that are powers of two: a cast from more fraction bits.
  std::optional<IntCast> shift_;
  // Else round(raw * 2^up_ / denominator_) and then the overflow step alone; empty where that
  // leaves 64 bits or the overflow step looks at the unrounded source.
  std::optional<IntCast> fit_;
  int up_ = 0;
  std::int64_t denominator_ = 1;
  // floor(n / denominator_) = n * reciprocal_ >> reciprocal_shift_ for every numerator n >= 0 that
  // occurs.
  std::uint64_t reciprocal_ = 0;
  int reciprocal_shift_ = 0;
};

}  // namespace qfx::kernels
