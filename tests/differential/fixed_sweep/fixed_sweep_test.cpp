// Judges the tables of the sweep: header, cast_raw and, on every value of up to 8 significant bits,
// the law on integers without a limit. All values of all small formats have 6 at most.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "judge.h"
#include "support/fixed_check.h"
#include "sweep.h"

namespace qfx::fixed::matrix {
namespace {

constexpr int kSignificantBits = 8;

bool is_short(std::int64_t raw) {
  if (raw == 0) return true;
  const auto magnitude = static_cast<std::uint64_t>(raw < 0 ? -raw : raw);
  return (magnitude >> std::countr_zero(magnitude)) < (1u << kSignificantBits);
}

std::string title(std::string_view what) {
  return fmt::format("{}, {}", kHeader, what);
}

// Every value of one source through its converter, in blocks that stay in the cache.
void sweep(const Conversion& entry, Tally& tally, Tally& law) {
  constexpr std::int64_t kBlock = 4096;
  std::array<std::int64_t, kBlock> in;
  std::array<std::int64_t, kBlock> out;
  const int frac_bits = entry.from.frac_bits();
  const std::int64_t last = max_raw(entry.from);
  for (std::int64_t first = min_raw(entry.from); first <= last; first += kBlock) {
    const auto count = static_cast<std::size_t>(std::min(kBlock, last - first + 1));
    for (std::size_t i = 0; i < count; ++i) in[i] = first + static_cast<std::int64_t>(i);
    entry.convert(in.data(), out.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t ours = cast_raw(in[i], frac_bits, entry.to);
      tally.expect(out[i] == ours, [&] {
        return fmt::format("raw {} of {} into {}: the header gives {}, cast_raw {}", in[i],
                           to_string(entry.from), to_string(entry.to), out[i], ours);
      });
      if (!is_short(in[i])) continue;
      const BigInt exact = convert_raw(BigInt(in[i]), frac_bits, entry.to);
      law.expect(exact == ours, [&] {
        return fmt::format("raw {} of {} into {}: cast_raw gives {}, the law {}", in[i],
                           to_string(entry.from), to_string(entry.to), ours, exact.str());
      });
    }
  }
}

template <class Wanted>
void sweep_all(std::string_view what, Wanted wanted) {
  Tally law(fmt::format("the law, {}", what));
  Tally tally(title(what));
  for (const Conversion& entry : entries<Conversion>())
    if (wanted(entry.from)) sweep(entry, tally, law);
}

TEST(Sweep, EverySignedValue) {
  sweep_all("every value of fixed<19,10>", [](const Format& from) { return from == kEverySigned; });
}

TEST(Sweep, EveryUnsignedValue) {
  sweep_all("every value of ufixed<18,9>",
            [](const Format& from) { return from == kEveryUnsigned; });
}

TEST(Sweep, SmallSources) {
  sweep_all("small formats into small formats",
            [](const Format& from) { return from.width <= kWidest; });
}

// Every double of up to 8 significant bits between a quarter of the least place of a small format
// and four times the largest value, and some far away.
std::vector<double> short_doubles() {
  constexpr int least_place = -(kWidest + kPastWidth) - 2;
  constexpr int largest_place = kWidest + kPastWidth + 2;
  std::vector<double> values = doubles();
  for (int place = least_place; place <= largest_place; ++place)
    for (int odd = 1; odd < 1 << kSignificantBits; odd += 2)
      for (const int sign : {1, -1}) values.push_back(std::ldexp(sign * odd, place));
  return values;
}

TEST(Sweep, Doubles) {
  Tally tally(title("doubles"));
  const std::vector<double> in = short_doubles();
  std::vector<std::int64_t> out(in.size());
  for (const DoubleSweep& entry : entries<DoubleSweep>()) {
    entry.convert(in.data(), out.data(), in.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      const std::int64_t fast = raw_from_double(in[i], entry.to);
      const BigInt exact = Fixed::from_double(in[i], entry.to).raw();
      tally.expect(out[i] == fast && exact == fast, [&] {
        return fmt::format("{:a} into {}: the header gives {}, raw_from_double {}, exact {}", in[i],
                           to_string(entry.to), out[i], fast, exact.str());
      });
    }
  }
}

TEST(Sweep, Operators) {
  Tally tally(title("operators"));
  std::int64_t left_out = 0;
  for (const OperatorSweep& entry : entries<OperatorSweep>()) {
    for (std::int64_t left = min_raw(entry.left); left <= max_raw(entry.left); ++left) {
      const Fixed a = Fixed::from_raw(left, entry.left);
      for (std::int64_t right = min_raw(entry.right); right <= max_raw(entry.right); ++right) {
        const Fixed b = Fixed::from_raw(right, entry.right);
        Results results{};
        entry.operate(left, right, results);
        const auto expect = [&](Operator op, std::int64_t header) {
          if (is_defect(op, a, b)) {
            ++left_out;
            return;
          }
          const BigInt exact = apply(op, a, b).raw();
          tally.expect(exact == header, [&] {
            return fmt::format("raw {} of {} {} raw {} of {}: the header gives {}, exact {}", left,
                               to_string(entry.left), kOperatorNames[static_cast<std::size_t>(op)],
                               right, to_string(entry.right), header, exact.str());
          });
        };
        expect(Operator::ADD, results.sum);
        expect(Operator::SUBTRACT, results.difference);
        expect(Operator::MULTIPLY, results.product);
        if (right != 0) expect(Operator::DIVIDE, results.quotient);
        expect(Operator::COMPARE, results.order);
      }
    }
  }
  fmt::print("{}, operators: {} cases are defects of the header and left out\n", kHeader, left_out);
}

TEST(Sweep, ResultTypes) {
  Tally tally(title("result types"));
  for (const ResultTypes& entry : entries<ResultTypes>()) {
    const std::array exact = {
        add_format(entry.left, entry.right), subtract_format(entry.left, entry.right),
        multiply_format(entry.left, entry.right), divide_format(entry.left, entry.right)};
    for (std::size_t i = 0; i < exact.size(); ++i) {
      tally.expect(entry.types[i] == exact[i], [&] {
        return fmt::format("{} {} {}: the header's type is {}, expected {}", to_string(entry.left),
                           kOperatorNames[i], to_string(entry.right), to_string(entry.types[i]),
                           to_string(exact[i]));
      });
    }
  }
}

TEST(Sweep, OneOperand) {
  Tally tally(title("unary minus, shifts, to double"));
  for (const UnarySweep& entry : entries<UnarySweep>()) {
    tally.expect(entry.negated_type == negate_format(entry.format),
                 [&] { return "the type of the negated " + to_string(entry.format); });
    for (std::int64_t raw = min_raw(entry.format); raw <= max_raw(entry.format); ++raw) {
      const Fixed value = Fixed::from_raw(raw, entry.format);
      const auto describe = [&](std::string_view what) {
        return fmt::format("raw {} of {}: {}", raw, to_string(entry.format), what);
      };
      tally.expect((-value).raw() == entry.negate(raw), [&] { return describe("negated"); });
      tally.expect(value.to_double() == entry.to_double(raw), [&] { return describe("a double"); });
      for (int places = -entry.format.width - 2; places <= entry.format.width + 2; ++places) {
        tally.expect((value << places).raw() == entry.shift_up(raw, places),
                     [&] { return describe(fmt::format("<< {}", places)); });
        tally.expect((value >> places).raw() == entry.shift_down(raw, places),
                     [&] { return describe(fmt::format(">> {}", places)); });
      }
    }
  }
}

}  // namespace
}  // namespace qfx::fixed::matrix
