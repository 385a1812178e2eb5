#include "adders/patterns.h"

#include <bit>
#include <memory>
#include <vector>

#include "adders/digits.h"

namespace qfx::adders {
namespace {

std::int64_t power(std::uint64_t places) {
  return std::int64_t{1} << std::countr_zero(places);
}

Counts all_counts(std::int64_t first, std::int64_t second) {
  Counts counts{};
  const Digits x = helpful_digits(first), y = helpful_digits(second);
  for (int number = 0; number < kPatterns; ++number) {
    const Pattern pattern(number);
    const std::uint64_t same =
        (x.positive >> pattern.first_shift) &
        ((pattern.negative ? y.negative : y.positive) >> pattern.second_shift);
    const std::uint64_t opposite =
        (x.negative >> pattern.first_shift) &
        ((pattern.negative ? y.positive : y.negative) >> pattern.second_shift);
    if ((same | opposite) != 0)
      counts[static_cast<std::size_t>(number)] =
          static_cast<std::int8_t>(occurrence(first, second, pattern).count);
  }
  return counts;
}

Counts all_counts(std::int64_t factor) {
  Counts counts{};
  if (weight(factor) < 2) return counts;
  for (int number = 2 * kShiftsDown + 2; number < kPatterns; ++number)
    counts[static_cast<std::size_t>(number)] =
        static_cast<std::int8_t>(occurrence(factor, Pattern(number)).count);
  return counts;
}

// The factors of 8-bit matrices and what re-encoding makes of them.
constexpr std::int64_t kCountsTabled = 160;
constexpr std::size_t kRemembered = 1 << 15;
constexpr std::size_t kSide = 2 * kCountsTabled + 1;

bool is_tabled(std::int64_t factor) {
  return factor >= -kCountsTabled && factor <= kCountsTabled;
}

struct CountTable {
  std::vector<Counts> pairs{kSide * kSide}, singles{kSide};
  CountTable() {
    for (std::int64_t first = -kCountsTabled; first <= kCountsTabled; ++first) {
      singles[static_cast<std::size_t>(first + kCountsTabled)] = all_counts(first);
      for (std::int64_t second = -kCountsTabled; second <= kCountsTabled; ++second)
        pairs[static_cast<std::size_t>(first + kCountsTabled) * kSide +
              static_cast<std::size_t>(second + kCountsTabled)] = all_counts(first, second);
    }
  }
};

const CountTable& count_table() {
  static const CountTable table;
  return table;
}

}  // namespace

Occurrence occurrence(std::int64_t first, std::int64_t second, const Pattern& pattern) {
  const Digits x = helpful_digits(first), y = helpful_digits(second);
  std::uint64_t same = (x.positive >> pattern.first_shift) &
                       ((pattern.negative ? y.negative : y.positive) >> pattern.second_shift);
  std::uint64_t opposite = (x.negative >> pattern.first_shift) &
                           ((pattern.negative ? y.positive : y.negative) >> pattern.second_shift);
  Occurrence best;
  const auto follow = [&](std::int64_t digit) {
    const Occurrence rest =
        occurrence(first - digit * pattern.first(), second - digit * pattern.second(), pattern);
    if (rest.count + 1 > best.count) best = {rest.count + 1, rest.multiple + digit};
  };
  // Orders of many digits are too many: wide factors lose the lowest one first.
  if (!is_tabled(first) || !is_tabled(second)) {
    const std::uint64_t any = same | opposite;
    const std::uint64_t lowest = any & (~any + 1);
    same &= lowest;
    opposite &= lowest;
  }
  for (; same != 0; same &= same - 1) follow(power(same));
  for (; opposite != 0; opposite &= opposite - 1) follow(-power(opposite));
  return best;
}

Occurrence occurrence(std::int64_t factor, const Pattern& pattern) {
  Occurrence best;
  const int digits = weight(factor);
  if (digits < 2) return best;
  const std::int64_t product = pattern.first() + pattern.second();
  const Digits places = helpful_digits(factor);
  const auto follow = [&](std::int64_t digit) {
    const std::int64_t left = factor - digit * product;
    if (weight(left) != digits - 2) return;
    const Occurrence rest = occurrence(left, pattern);
    if (rest.count + 1 > best.count) best = {rest.count + 1, rest.multiple + digit};
  };
  const bool is_wide = !is_tabled(factor);
  for (std::uint64_t p = places.positive; p != 0 && (!is_wide || best.count == 0); p &= p - 1)
    follow(power(p));
  for (std::uint64_t p = places.negative; p != 0 && (!is_wide || best.count == 0); p &= p - 1)
    follow(-power(p));
  return best;
}

const Counts& CountsOf::remembered(std::int64_t first, std::int64_t second) {
  if (known_.empty()) known_.resize(kRemembered);
  std::uint64_t mixed = static_cast<std::uint64_t>(first) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 32) ^ static_cast<std::uint64_t>(second)) * 0x9E3779B97F4A7C15u;
  Known& known = known_[static_cast<std::size_t>(mixed >> 32) % kRemembered];
  if (known.first != first || known.second != second)
    known = {first, second, second == 0 ? all_counts(first) : all_counts(first, second)};
  return known.counts;
}

const Counts& CountsOf::pair(std::int64_t first, std::int64_t second) {
  if (is_tabled(first) && is_tabled(second))
    return count_table().pairs[static_cast<std::size_t>(first + kCountsTabled) * kSide +
                               static_cast<std::size_t>(second + kCountsTabled)];
  static constexpr Counts kNone{};
  return first == 0 || second == 0 ? kNone : remembered(first, second);
}

const Counts& CountsOf::single(std::int64_t factor) {
  if (is_tabled(factor))
    return count_table().singles[static_cast<std::size_t>(factor + kCountsTabled)];
  return remembered(factor, 0);
}

}  // namespace qfx::adders
