#include "qfx/kernels/int_mean_cast.h"

#include <algorithm>
#include <bit>

#include "qfx/base/error.h"
#include "qfx/base/int128.h"
#include "qfx/fixed/raw.h"

namespace qfx::kernels {
namespace {

using fixed::Rounding;

// Bits of |value|, or of its one's complement below zero.
int magnitude_width(std::int64_t value) {
  return std::bit_width(static_cast<std::uint64_t>(value < 0 ? ~value : value));
}

// |value| << up leaves two bits of 64 free, for doubling a remainder and for its sign.
bool shift_fits(std::int64_t value, int up) {
  constexpr int kFree = 62;
  const auto magnitude =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return std::bit_width(magnitude) + up <= kFree;
}

// Whether floor + rest / denominator goes up to floor + 1; 0 <= rest < denominator.
bool rounds_up(Rounding rounding, std::int64_t floor, bool negative, std::int64_t rest,
               std::int64_t denominator) {
  switch (rounding) {
    case Rounding::RND:
      return 2 * rest >= denominator;
    case Rounding::RND_ZERO:
      return 2 * rest + negative > denominator;
    case Rounding::RND_MIN_INF:
      return 2 * rest > denominator;
    case Rounding::RND_INF:
      return 2 * rest + !negative > denominator;
    case Rounding::RND_CONV:
      return 2 * rest + (floor & 1) > denominator;
    case Rounding::RND_CONV_ODD:
      return 2 * rest + !(floor & 1) > denominator;
    case Rounding::TRN:
      return false;
    case Rounding::TRN_ZERO:
      return negative && rest > 0;
  }
  internal_error("unknown rounding mode {}", static_cast<int>(rounding));
}

}  // namespace

IntMeanCast::IntMeanCast(int from_frac, std::int64_t divisor, const fixed::Format& to,
                         std::int64_t lo, std::int64_t hi)
    : from_frac_(from_frac), divisor_(divisor), to_(to) {
  QFX_ASSERT(divisor > 0);
  if (std::has_single_bit(static_cast<std::uint64_t>(divisor))) {
    shift_.emplace(from_frac + std::countr_zero(static_cast<std::uint64_t>(divisor)), to, lo, hi);
    return;
  }
  const int distance = to.frac_bits() - from_frac;
  up_ = std::max(distance, 0);
  const int down = std::max(-distance, 0);
  if (to.wrap_bits > 0 || to.overflow == fixed::Overflow::WRAP_SM || !shift_fits(lo, up_) ||
      !shift_fits(hi, up_) || !shift_fits(divisor, down))
    return;
  denominator_ = divisor << down;
  // Note [Reciprocal]. Numerators have at most s bits, the denominator d has b. R = ceil(2^(s + b)
  // / d) has an error e = R * d - 2^(s + b) with 0 <= e < d < 2^b, so n * R / 2^(s + b) exceeds n /
  // d by n * e / (d * 2^(s + b)) < 1 / d, and no integer lies between. R is at most 2^(s + 1): s
  // may be up to 62. It is at least 64 - b, so that the quotient lies in the high half of the
  // product.
  const int b = std::bit_width(static_cast<std::uint64_t>(denominator_));
  const int s = std::max({magnitude_width(lo) + up_, magnitude_width(hi) + up_, 64 - b});
  reciprocal_shift_ = s + b;
  reciprocal_ = static_cast<std::uint64_t>(
      ((static_cast<UInt128>(1) << reciprocal_shift_) + denominator_ - 1) / denominator_);
  fit_.emplace(to.frac_bits(), to, rounded(lo), rounded(hi));
}

std::int64_t IntMeanCast::floor_of(std::int64_t numerator) const {
  // floor(n / d) = ~floor(~n / d)
  const std::int64_t sign = numerator < 0 ? -1 : 0;
  const auto magnitude = static_cast<std::uint64_t>(numerator ^ sign);
  const UInt128 product = static_cast<UInt128>(magnitude) * reciprocal_;
  return static_cast<std::int64_t>(product >> reciprocal_shift_) ^ sign;
}

std::int64_t IntMeanCast::rounded(std::int64_t raw) const {
  const std::int64_t numerator = raw << up_;
  const std::int64_t floor = floor_of(numerator);
  const std::int64_t rest = numerator - floor * denominator_;
  return floor + rounds_up(to_.rounding, floor, raw < 0, rest, denominator_);
}

void IntMeanCast::operator()(const std::int64_t* sums, std::int32_t* out,
                             std::int64_t count) const {
  if (shift_) return (*shift_)(sums, out, count);
  if (!fit_) {
    for (std::int64_t i = 0; i < count; ++i)
      out[i] = static_cast<std::int32_t>(fixed::cast_quotient(sums[i], from_frac_, divisor_, to_));
    return;
  }
  constexpr std::int64_t kTile = 256;
  std::int64_t means[kTile];
  for (std::int64_t i = 0; i < count; i += kTile) {
    const std::int64_t length = std::min(kTile, count - i);
    std::transform(sums + i, sums + i + length, means,
                   [this](std::int64_t sum) { return rounded(sum); });
    (*fit_)(means, out + i, length);
  }
}

void IntMeanCast::operator()(const std::int32_t* sums, std::int32_t* out,
                             std::int64_t count) const {
  if (shift_) return (*shift_)(sums, out, count);
  constexpr std::int64_t kTile = 256;
  std::int64_t wide[kTile];
  for (std::int64_t i = 0; i < count; i += kTile) {
    const std::int64_t length = std::min(kTile, count - i);
    std::copy_n(sums + i, length, wide);
    (*this)(wide, out + i, length);
  }
}

}  // namespace qfx::kernels
