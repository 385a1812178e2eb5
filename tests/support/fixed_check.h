// Compares what a vendor's header did (fixed_matrix.h) with the exact scalar and with the fast
// casts on machine integers.
#pragma once

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "support/fixed_matrix.h"
#include "support/fixed_values.h"

namespace qfx::fixed::matrix {

// The long form of a program: QFX_LONG=1 in the environment.
inline bool is_long() {
  const char* value = std::getenv("QFX_LONG");
  return value != nullptr && std::strcmp(value, "0") != 0 && *value != '\0';
}

// Counts cases and reports the first few mismatches in words. The last word is printed: a test
// whose loops ran over nothing would otherwise look like one that passed.
class Tally {
 public:
  explicit Tally(std::string what) : what_(std::move(what)) {}
  ~Tally() {
    fmt::print("{}: cases: {}, mismatches: {}\n", what_, cases_, mismatches_);
    EXPECT_GT(cases_, 0);
    EXPECT_EQ(mismatches_, 0);
  }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  template <class Describe>
  void expect(bool same, Describe describe) {
    ++cases_;
    if (same) return;
    if (mismatches_++ < kShown) ADD_FAILURE() << describe();
  }

 private:
  static constexpr int kShown = 8;
  std::string what_;
  std::int64_t cases_ = 0;
  std::int64_t mismatches_ = 0;
};

inline BigInt from_words(const Words& words) {
  BigInt value = 0;
  for (std::size_t i = words.size(); i-- > 0;) value = (value << 64) | words[i];
  return detail::wrap(value, 64 * static_cast<int>(words.size()), true);
}

inline Words to_words(const BigInt& value) {
  BigInt rest = value & ((BigInt(1) << (64 * static_cast<int>(Words{}.size()))) - 1);
  Words words{};
  for (std::uint64_t& word : words) {
    word = static_cast<std::uint64_t>(BigInt(rest & ~std::uint64_t{0}));
    rest >>= 64;
  }
  return words;
}

inline void check_conversions(const std::vector<Conversion>& list, const std::string& what) {
  Tally tally(what);
  std::mt19937_64 random(20240131);
  for (const Conversion& entry : list) {
    std::vector<std::int64_t> in;
    for (const BigInt& raw : values_for(entry.from, entry.to, is_long() ? 20000 : 200, random))
      in.push_back(static_cast<std::int64_t>(raw));
    std::vector<std::int64_t> out(in.size());
    entry.convert(in.data(), out.data(), in.size());
    const int frac_bits = entry.from.frac_bits();
    for (std::size_t i = 0; i < in.size(); ++i) {
      const std::int64_t fast = cast_raw(in[i], frac_bits, entry.to);
      const BigInt exact = convert_raw(BigInt(in[i]), frac_bits, entry.to);
      tally.expect(out[i] == fast && exact == out[i], [&] {
        return fmt::format("raw {} of {} into {}: the header gives {}, cast_raw {}, exact {}",
                           in[i], to_string(entry.from), to_string(entry.to), out[i], fast,
                           exact.str());
      });
    }
  }
}

// `is_defect(from, to)` names the pairs for which the header is known to be wrong.
template <class IsDefect>
void check_conversions(const std::vector<WideConversion>& list, const std::string& what,
                       IsDefect is_defect) {
  Tally tally(what);
  std::mt19937_64 random(7);
  for (const WideConversion& entry : list) {
    if (is_defect(entry.from, entry.to)) continue;
    for (const BigInt& raw : values_for(entry.from, entry.to, is_long() ? 5000 : 100, random)) {
      Words out{};
      entry.convert(to_words(raw), out);
      const Fixed exact = Fixed::from_raw(raw, entry.from).cast(entry.to);
      tally.expect(exact.raw() == from_words(out), [&] {
        return fmt::format("raw {} of {} into {}: the header gives {}, exact {}", raw.str(),
                           to_string(entry.from), to_string(entry.to), from_words(out).str(),
                           exact.raw().str());
      });
    }
  }
}

inline Fixed apply(Operator op, const Fixed& a, const Fixed& b) {
  switch (op) {
    case Operator::ADD:
      return a + b;
    case Operator::SUBTRACT:
      return a - b;
    case Operator::MULTIPLY:
      return a * b;
    case Operator::DIVIDE:
      return a / b;
    case Operator::NEGATE:
      return -a;
    case Operator::COMPARE:
      break;
  }
  return Fixed::from_raw(a < b ? -1 : a > b ? 1 : 0, Format{});
}

inline constexpr std::array kOperatorNames = {"+", "-", "*", "/", "negated", "<=>"};

// `is_defect(op, a, b)` names the cases in which the header is known to be wrong
// (header_defects.md); those are left to the tests of the defects.
template <class IsDefect>
void check_operations(const std::vector<Operation>& list, const std::string& what,
                      IsDefect is_defect) {
  Tally tally(what);
  std::mt19937_64 random(99);
  const int count = is_long() ? 40 : 4;
  for (const Operation& entry : list) {
    std::vector<BigInt> lefts = values_for(entry.left, entry.right, count, random);
    std::vector<BigInt> rights = values_for(entry.right, entry.left, count, random);
    const std::size_t most = is_long() ? 120 : 40;
    std::shuffle(lefts.begin(), lefts.end(), random);
    std::shuffle(rights.begin(), rights.end(), random);
    if (lefts.size() > most) lefts.resize(most);
    if (rights.size() > most) rights.resize(most);
    for (const BigInt& left : lefts) {
      const Fixed a = Fixed::from_raw(left, entry.left);
      for (const BigInt& right : rights) {
        const Fixed b = Fixed::from_raw(right, entry.right);
        for (const Operator op : kOperators) {
          if ((op == Operator::DIVIDE && right == 0) || is_defect(op, a, b)) continue;
          Words out{};
          const Format type = entry.operate(op, to_words(left), to_words(right), out);
          const Fixed exact = apply(op, a, b);
          const BigInt value =
              op == Operator::COMPARE ? BigInt(static_cast<std::int64_t>(out[0])) : from_words(out);
          const bool same_type = op == Operator::COMPARE || type == exact.format();
          tally.expect(same_type && value == exact.raw(), [&] {
            return fmt::format(
                "raw {} of {} {} raw {} of {}: the header gives {} of {}, exact {} of {}",
                left.str(), to_string(entry.left), kOperatorNames[static_cast<std::size_t>(op)],
                right.str(), to_string(entry.right), value.str(), to_string(type),
                exact.raw().str(), to_string(exact.format()));
          });
        }
      }
      for (int places = -entry.left.width - 2; places <= entry.left.width + 2; ++places) {
        Words up{};
        Words down{};
        entry.shift(to_words(left), places, up, down);
        const Fixed exact_up = a << places;
        const Fixed exact_down = a >> places;
        tally.expect(from_words(up) == exact_up.raw() && from_words(down) == exact_down.raw(), [&] {
          return fmt::format(
              "raw {} of {} << and >> {}: the header gives {} and {}, exact {} and {}", left.str(),
              to_string(entry.left), places, from_words(up).str(), from_words(down).str(),
              exact_up.raw().str(), exact_down.raw().str());
        });
      }
    }
  }
}

inline std::vector<double> doubles() {
  std::vector<double> values;
  for (int i = -160; i <= 160; ++i) values.push_back(i / 16.0);
  std::mt19937_64 random(5);
  for (int i = 0; i < 200; ++i) {
    const double fraction = static_cast<double>(static_cast<std::int64_t>(random()));
    values.push_back(std::ldexp(fraction, static_cast<int>(random() % 80) - 100));
  }
  for (const double huge : {1e30, 1e300, 1e-30, 1e-300}) {
    values.push_back(huge);
    values.push_back(-huge);
  }
  return values;
}

template <class IsDefect>
void check_doubles(const std::vector<FromDouble>& list, const std::string& what,
                   IsDefect is_defect) {
  Tally tally(what);
  for (const FromDouble& entry : list) {
    for (const double value : doubles()) {
      if (is_defect(value, entry.to)) continue;
      const std::int64_t header = entry.convert(value);
      const std::int64_t fast = raw_from_double(value, entry.to);
      const Fixed exact = Fixed::from_double(value, entry.to);
      tally.expect(header == fast && exact.raw() == fast, [&] {
        return fmt::format("{:a} into {}: the header gives {}, raw_from_double {}, exact {}", value,
                           to_string(entry.to), header, fast, exact.raw().str());
      });
      const double back = entry.back(fast);
      tally.expect(back == exact.to_double() && back == to_double(fast, entry.to.frac_bits()), [&] {
        return fmt::format("raw {} of {} as a double: the header gives {}, exact {}", fast,
                           to_string(entry.to), back, exact.to_double());
      });
    }
  }
}

}  // namespace qfx::fixed::matrix
