// Casts of exact integers to a format, in batches: the last step of every node of the integer
// runtime. The law is qfx/fixed/convert.h; every path here gives its bits.
#pragma once

#include <cstdint>

#include "qfx/fixed/format.h"

namespace qfx::kernels {

// Casts the values raw * 2^-from_frac to one format. The caller proves lo <= raw <= hi; from that
// the cheapest exact loop is chosen once.
class IntCast {
 public:
  enum class Path : std::uint8_t {
    Copy,    // every value is in the format already
    Narrow,  // SIMD on 32-bit lanes, between arrays of int32_t
    Wide,    // branch-free loop on 64 bits
    Exact    // fixed::cast_raw for each value: N > 0, WRAP_SM, distances beyond 61 bits
  };

  // `to` has at most 64 bits signed, 63 unsigned; where out is int32_t, 32 and 31.
  IntCast(int from_frac, const fixed::Format& to, std::int64_t lo, std::int64_t hi);

  // in and out may be the same array.
  void operator()(const std::int32_t* in, std::int32_t* out, std::int64_t count) const;
  void operator()(const std::int64_t* in, std::int32_t* out, std::int64_t count) const;
  void operator()(const std::int32_t* in, std::int64_t* out, std::int64_t count) const;
  void operator()(const std::int64_t* in, std::int64_t* out, std::int64_t count) const;

  Path path() const { return path_; }

  // The arithmetic of the Narrow and Wide paths, chosen by the constructor.
  enum class RoundKind : std::uint8_t { Shift, HalfUp, General };
  enum class FitKind : std::uint8_t { Fits, Clamp, Zero, WrapSigned, WrapUnsigned };
  struct Plan {
    RoundKind round = RoundKind::Shift;
    FitKind fit = FitKind::Fits;
    int right = 0;           // dropped bits
    int left = 0;            // appended bits
    bool half_fits = false;  // HalfUp: every value with half a unit added fits 32 bits
    // General: with q = floor and rem = the dropped bits, q + 1 where rem + (t ? addend : 0) >
    // threshold, t = (q & odd) ^ (negative & sign) ^ flip.
    std::int64_t addend = 0, threshold = 0, odd = 0, sign = 0, flip = 0;
    std::int64_t lo = 0, hi = 0;  // Clamp and Zero
    int width = 32;               // Wrap
  };
  // Of the Narrow and Wide paths.
  const Plan& plan() const { return plan_; }

 private:
  template <class In, class Out>
  void cast(const In* in, Out* out, std::int64_t count) const;

  int from_frac_;
  fixed::Format to_;
  Path path_ = Path::Exact;
  Plan plan_;
};

}  // namespace qfx::kernels
