// What two terms of a row can share: x << first_shift, plus or minus y << second_shift.
#pragma once

#include <array>
#include <cstdint>

namespace qfx::adders {

// Number p stands for a shift of p / 2 - kShiftsDown of the second against the first, negated where
// p is odd.
inline constexpr int kPatterns = 32;
inline constexpr int kShiftsDown = 7;

struct Pattern {
  int first_shift = 0, second_shift = 0;
  bool negative = false;

  explicit Pattern(int number)
      : first_shift(number / 2 < kShiftsDown ? kShiftsDown - number / 2 : 0),
        second_shift(number / 2 > kShiftsDown ? number / 2 - kShiftsDown : 0),
        negative(number % 2 != 0) {}
  std::int64_t first() const { return std::int64_t{1} << first_shift; }
  std::int64_t second() const { return (negative ? -1 : 1) * (std::int64_t{1} << second_shift); }
};

// How often a pattern occurs in one row: `count` digits less if `multiple` times it is taken out.
struct Occurrence {
  int count = 0;
  std::int64_t multiple = 0;
};

// The longest chain of digits that both factors can lose, each encoded anew after every step.
Occurrence occurrence(std::int64_t first, std::int64_t second, const Pattern& pattern);
// The same where both terms are of one value: x * (2^first_shift +- 2^second_shift).
Occurrence occurrence(std::int64_t factor, const Pattern& pattern);

using Counts = std::array<std::int8_t, kPatterns>;

// The counts of all patterns, each found once a thread. Valid until the next call.
const Counts& counts(std::int64_t first, std::int64_t second);
const Counts& counts(std::int64_t factor);

}  // namespace qfx::adders
