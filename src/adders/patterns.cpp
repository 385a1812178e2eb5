#include "adders/patterns.h"

#include <bit>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "adders/digits.h"

namespace qfx::adders {
namespace {

std::int64_t power(std::uint64_t places) {
  return std::int64_t{1} << std::countr_zero(places);
}

// Of both terms being one value's.
Counts all_counts(std::int64_t factor) {
  Counts counts{};
  if (weight(factor) < 2) return counts;
  for (int number = 2 * kShiftsDown + 2; number < kPatterns; ++number)
    counts[static_cast<std::size_t>(number)] =
        static_cast<std::int8_t>(occurrence(factor, Pattern(number)).count);
  return counts;
}

Counts all_counts(std::int64_t first, std::int64_t second) {
  Counts counts{};
  if (second == 0) return all_counts(first);
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

// Factors of 8-bit matrices, and what re-encoding makes of them, have a place each.
constexpr std::int64_t kSmall = 256;
constexpr std::size_t kSide = 2 * kSmall + 1;
// Others are remembered as long as no others take their place.
constexpr std::size_t kRemembered = 1 << 15;

bool is_small(std::int64_t factor) {
  return factor >= -kSmall && factor <= kSmall;
}

// Memory that is zero, of which only what is used costs anything.
template <class T>
class Untouched {
 public:
  explicit Untouched(std::size_t count) : data_(static_cast<T*>(std::calloc(count, sizeof(T)))) {
    if (!data_) throw std::bad_alloc();
  }
  T& operator[](std::size_t i) { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Free> data_;
};

class Memory {
 public:
  const Counts& pair(std::int64_t first, std::int64_t second) {
    if (!is_small(first) || !is_small(second)) return other(first, second);
    const std::size_t place = static_cast<std::size_t>(first + kSmall) * kSide +
                              static_cast<std::size_t>(second + kSmall);
    if (!is_known_[place]) {
      small_[place] = all_counts(first, second);
      is_known_[place] = true;
    }
    return small_[place];
  }

  // Stands where the pair with 0 would, which has no pattern.
  const Counts& single(std::int64_t factor) { return pair(factor, 0); }

 private:
  struct Known {
    std::int64_t first = 0, second = 0;
    Counts counts{};
  };

  const Counts& other(std::int64_t first, std::int64_t second) {
    std::uint64_t mixed = static_cast<std::uint64_t>(first) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 32) ^ static_cast<std::uint64_t>(second)) * 0x9E3779B97F4A7C15u;
    Known& known = known_[static_cast<std::size_t>(mixed >> 32) % kRemembered];
    if (known.first != first || known.second != second)
      known = {first, second, all_counts(first, second)};
    return known.counts;
  }

  Untouched<Counts> small_{kSide * kSide};
  std::vector<bool> is_known_ = std::vector<bool>(kSide * kSide);
  Untouched<Known> known_{kRemembered};
};

Memory& memory() {
  thread_local Memory memory;
  return memory;
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
  if (!is_small(first) || !is_small(second)) {
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
  const bool is_wide = !is_small(factor);
  for (std::uint64_t p = places.positive; p != 0 && (!is_wide || best.count == 0); p &= p - 1)
    follow(power(p));
  for (std::uint64_t p = places.negative; p != 0 && (!is_wide || best.count == 0); p &= p - 1)
    follow(-power(p));
  return best;
}

const Counts& counts(std::int64_t first, std::int64_t second) {
  static constexpr Counts kNone{};
  if (first == 0 || second == 0) return kNone;
  return memory().pair(first, second);
}

const Counts& counts(std::int64_t factor) {
  return memory().single(factor);
}

}  // namespace qfx::adders
