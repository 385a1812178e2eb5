#include "adders/digits.h"

#include <array>
#include <utility>

namespace qfx::adders {
namespace {

constexpr int kPlaces = 40;  // of values to 2^31, with what sums of them in other nodes may need
constexpr std::int64_t kDigitsTabled = 1 << 9;
constexpr std::size_t kDigitsRemembered = 1 << 12;

Digits tried(std::int64_t value) {
  Digits digits;
  const int without = weight(value) - 1;
  for (int place = 0; place < kPlaces; ++place) {
    const std::int64_t power = std::int64_t{1} << place;
    if (weight(value - power) == without) digits.positive |= std::uint64_t{1} << place;
    if (weight(value + power) == without) digits.negative |= std::uint64_t{1} << place;
  }
  return digits;
}

struct DigitTable {
  std::array<Digits, 2 * kDigitsTabled + 1> digits;
  DigitTable() {
    for (std::int64_t value = -kDigitsTabled; value <= kDigitsTabled; ++value)
      digits[static_cast<std::size_t>(value + kDigitsTabled)] = tried(value);
  }
};

}  // namespace

Digits helpful_digits(std::int64_t value) {
  static const DigitTable table;
  if (value < -kDigitsTabled || value > kDigitsTabled) {
    thread_local std::array<std::pair<std::int64_t, Digits>, kDigitsRemembered> remembered;
    auto& [known, digits] = remembered[static_cast<std::uint64_t>(value) % kDigitsRemembered];
    if (known != value) {
      digits = tried(value);
      known = value;
    }
    return digits;
  }
  return table.digits[static_cast<std::size_t>(value + kDigitsTabled)];
}

}  // namespace qfx::adders
