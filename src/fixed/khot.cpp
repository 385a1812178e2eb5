#include "qfx/fixed/khot.h"

#include <algorithm>
#include <bit>

#include "qfx/base/error.h"
#include "qfx/base/int128.h"

namespace qfx::fixed {
namespace {

std::uint64_t magnitude_of(std::int64_t raw) {
  return raw < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(raw)
                 : static_cast<std::uint64_t>(raw);
}

// Ones of the magnitude, or non-zero digits of its non-adjacent form, which are where 3m and m
// differ.
int weight(UInt128 magnitude, bool signed_digits) {
  const UInt128 digits = signed_digits ? magnitude ^ (3 * magnitude) : magnitude;
  return std::popcount(static_cast<std::uint64_t>(digits)) +
         std::popcount(static_cast<std::uint64_t>(digits >> 64));
}

}  // namespace

std::int64_t project_khot(std::int64_t raw, int k, bool signed_digits, const Format& format) {
  if (k < 1) user_error("k_hot = {} is not allowed; give 1 or more ones", k);
  const std::uint64_t limit =
      raw < 0 ? magnitude_of(min_raw(format)) : magnitude_of(max_raw(format));
  const std::uint64_t wanted = std::min(magnitude_of(raw), limit);
  // A nearest value whose lowest digit stands at p is one of the two neighbours of `wanted` on the
  // grid of 2^p: were it further away, the step of 2^p toward `wanted` would not add a digit.
  UInt128 best = 0;
  UInt128 best_error = wanted;
  const auto consider = [&](UInt128 candidate) {
    const UInt128 error = candidate < wanted ? wanted - candidate : candidate - wanted;
    const bool nearer = error < best_error || (error == best_error && candidate < best);
    if (nearer && candidate <= limit && weight(candidate, signed_digits) <= k) {
      best = candidate;
      best_error = error;
    }
  };
  for (int p = 0; p < 64 && best_error != 0; ++p) {
    const UInt128 below = static_cast<UInt128>(wanted >> p) << p;
    consider(below);
    consider(below + (UInt128{1} << p));
  }
  const auto magnitude = static_cast<std::uint64_t>(best);
  return static_cast<std::int64_t>(raw < 0 ? std::uint64_t{0} - magnitude : magnitude);
}

int count_digits(std::int64_t raw, bool signed_digits) {
  return weight(magnitude_of(raw), signed_digits);
}

std::vector<Digit> digits_of(std::int64_t raw, bool signed_digits) {
  const int sign = raw < 0 ? -1 : 1;
  UInt128 rest = magnitude_of(raw);
  std::vector<Digit> digits;
  for (int exponent = 0; rest != 0; ++exponent, rest >>= 1) {
    if ((rest & 1) == 0) continue;
    const bool minus = signed_digits && (rest & 3) == 3;
    digits.push_back({exponent, minus ? -sign : sign});
    if (minus) rest += 1;
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::int64_t from_digits(const std::vector<Digit>& digits) {
  // Modulo 2^64: the digits of 2^63 - 1 begin with 2^63.
  std::uint64_t sum = 0;
  for (const Digit& digit : digits) {
    const std::uint64_t power = std::uint64_t{1} << digit.exponent;
    sum += digit.sign < 0 ? std::uint64_t{0} - power : power;
  }
  return static_cast<std::int64_t>(sum);
}

}  // namespace qfx::fixed
