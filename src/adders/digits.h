// Integers as sums of signed powers of two, with as few of them as there can be.
#pragma once

#include <cstdint>

namespace qfx::adders {

// How many signed powers of two add up to the value: the non-zero digits of its canonical form.
inline int weight(std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  std::uint64_t bits = magnitude ^ (3 * magnitude);
  // Counted by hand: without an instruction for it, std::popcount is a call.
  bits -= (bits >> 1) & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + ((bits >> 2) & 0x3333333333333333u);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return static_cast<int>((bits * 0x0101010101010101u) >> 56);
}

// The places k where value - 2^k (positive) or value + 2^k (negative) has one digit less. They are
// more than the digits of the canonical form: 3 can lose 4, -1, 2 and 1.
struct Digits {
  std::uint64_t positive = 0, negative = 0;
};

Digits helpful_digits(std::int64_t value);

}  // namespace qfx::adders
