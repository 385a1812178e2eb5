#include "circuit/formula_builder.h"

#include <algorithm>
#include <utility>

#include "qfx/base/error.h"

namespace qfx::circuit {
namespace {

using fixed::BigInt;

// Time between two registers, in levels of logic: a sum that is then rounded and clamped fills it.
// One level is a table of 6 inputs and the way to it; a chain of carries counts as two.
constexpr int kStage = 6;
constexpr int kTable = 1;
constexpr int kCarries = 2;
// A word comes out of a FIFO's memory, a table's entry out of another.
constexpr int kRead = 1;
constexpr int kMultiplier = kStage;

// floor(value / 2^places)
BigInt floored(const BigInt& value, int places) {
  return fixed::detail::shift_down(value, places);
}

ValueRange negated(const ValueRange& range) {
  return {-range.hi, -range.lo};
}

bool holds_one(const ValueRange& range) {
  return range.lo == range.hi;
}

// Log of base 4: so many inputs are chosen from by so many tables one behind the other.
int choice_levels(std::size_t inputs) {
  int levels = 0;
  for (std::size_t reach = 1; reach < inputs; reach *= 4) ++levels;
  return levels;
}

bool clamps(const fixed::Format& format) {
  return format.overflow != fixed::Overflow::WRAP || format.wrap_bits > 0;
}

}  // namespace

int width_of(const ValueRange& range) {
  const auto bits = [](const BigInt& value) {
    return value == 0 ? 0 : static_cast<int>(msb(value)) + 1;
  };
  if (range.lo >= 0) return std::max(1, bits(range.hi));
  return std::max(bits(-1 - range.lo), range.hi > 0 ? bits(range.hi) : 0) + 1;
}

ValueRange joined(const ValueRange& a, const ValueRange& b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}

ValueRange times(const ValueRange& a, const ValueRange& b) {
  const auto [lo, hi] = std::minmax(
      {BigInt(a.lo * b.lo), BigInt(a.lo * b.hi), BigInt(a.hi * b.lo), BigInt(a.hi * b.hi)});
  return {lo, hi};
}

ValueRange shifted_left(const ValueRange& range, int places) {
  const BigInt factor = BigInt(1) << places;
  return {range.lo * factor, range.hi * factor};
}

int Formula::stages() const {
  int last = 0;
  for (const Ref& output : outputs)
    last = std::max(last, values[static_cast<std::size_t>(output.value)].stage);
  // A trace has values even where what comes of them is known to be a constant.
  for (const Inner& one : inner) last = std::max(last, one.stage);
  return last + 1;
}

ValueRange FormulaBuilder::range(Ref x) const {
  return shifted_left(value(x).range, x.shift);
}

bool FormulaBuilder::is_constant(Ref x) const {
  return std::holds_alternative<Constant>(value(x).operation);
}

Ref FormulaBuilder::put(Value made, const std::vector<Ref>& operands, int delay) {
  int stage = 0, ready = 0;
  for (const Ref& operand : operands) {
    const Value& from = value(operand);
    if (from.stage > stage) ready = 0;
    if (from.stage >= stage) {
      stage = from.stage;
      ready = std::max(ready, from.ready);
    }
  }
  if (ready + delay > kStage) {
    ++stage;
    ready = 0;
  }
  made.stage = std::max(made.stage, stage);
  made.ready = (made.stage > stage ? 0 : ready) + delay;
  formula_.values.push_back(std::move(made));
  return {static_cast<ValueId>(formula_.values.size()) - 1, 0};
}

Ref FormulaBuilder::element(int input, int lane, const ValueRange& range) {
  return put({.operation = Element{input, lane}, .range = range}, {}, kRead);
}

Ref FormulaBuilder::constant(const BigInt& value) {
  return put({.operation = Constant{}, .range = {value, value}}, {}, 0);
}

Ref FormulaBuilder::rows(std::vector<BigInt> values) {
  const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
  if (*lo == *hi) return constant(*lo);
  unsigned zeros = 0;
  const auto is_odd = [&](const BigInt& value) { return value != 0 && bit_test(value, zeros); };
  while (std::ranges::none_of(values, is_odd)) ++zeros;
  const int shift = static_cast<int>(zeros);
  const ValueRange range{floored(*lo, shift), floored(*hi, shift)};
  for (BigInt& value : values) value = floored(value, shift);
  Ref result = put({.operation = Rows{std::move(values)}, .range = range}, {}, 0);
  result.shift = shift;
  return result;
}

Ref FormulaBuilder::add(Ref a, Ref b, std::vector<bool> subtracts, const ValueRange* known) {
  if (std::ranges::all_of(subtracts, [&](bool one) { return one == subtracts[0]; }))
    subtracts.resize(1);
  const bool only_adds = subtracts.size() == 1 && !subtracts[0];
  if (is_constant(b) && range(b).lo == 0) return a;
  if (only_adds && is_constant(a) && range(a).lo == 0) return b;
  // Low bits that only `a` has pass by the adder.
  if (only_adds && a.shift > b.shift) std::swap(a, b);
  const int common = std::min(a.shift, b.shift);
  a.shift -= common;
  b.shift -= common;
  const ValueRange left = range(a), right = range(b), negative = negated(right);
  ValueRange sum = subtracts[0] ? negative : right;
  if (subtracts.size() > 1) sum = joined(right, negative);
  sum = {left.lo + sum.lo, left.hi + sum.hi};
  if (known != nullptr) {
    sum.lo = std::max(sum.lo, floored(known->lo, common));
    sum.hi = std::min(sum.hi, floored(known->hi, common));
  }
  if (is_constant(a) && is_constant(b) && subtracts.size() == 1) {
    Ref result = constant(sum.lo);
    result.shift = common;
    return result;
  }
  Ref result =
      put({.operation = Addition{a, b, std::move(subtracts)}, .range = sum}, {a, b}, kCarries);
  result.shift = common;
  return result;
}

Ref FormulaBuilder::product(Ref a, Ref b) {
  const int shift = a.shift + b.shift;
  a.shift = b.shift = 0;
  Ref result =
      put({.operation = Product{a, b}, .range = times(range(a), range(b))}, {a, b}, kMultiplier);
  result.shift = shift;
  return result;
}

Ref FormulaBuilder::shifted(Ref x, std::vector<int> shifts, std::vector<int> choices,
                            const ValueRange& range) {
  const bool has_zero = std::ranges::count(choices, -1) > 0;
  if (shifts.empty()) return constant(0);
  const int least = shifts[0] + x.shift;
  for (int& shift : shifts) shift -= least - x.shift;
  x.shift = 0;
  if (shifts.size() == 1 && !has_zero) return {x.value, least};
  const int delay = choice_levels(shifts.size() + (has_zero ? 1 : 0));
  const ValueRange lower{floored(range.lo, least), floored(range.hi, least)};
  Ref result =
      put({.operation = Shifting{x, std::move(shifts), std::move(choices)}, .range = lower}, {x},
          delay);
  result.shift = least;
  return result;
}

Ref FormulaBuilder::less(Ref a, Ref b) {
  const int common = std::min(a.shift, b.shift);
  a.shift -= common;
  b.shift -= common;
  // Beside a constant, only what is above the other's last bit counts.
  if (is_constant(b) && a.shift > 0) {
    b = constant(-floored(-range(b).lo, a.shift));
    a.shift = 0;
  } else if (is_constant(a) && b.shift > 0) {
    a = constant(floored(range(a).lo, b.shift));
    b.shift = 0;
  }
  const ValueRange left = range(a), right = range(b);
  if (left.hi < right.lo) return constant(1);
  if (left.lo >= right.hi) return constant(0);
  const bool is_sign = is_constant(b) && right.lo == 0;
  return put({.operation = Less{a, b}, .range = {0, 1}}, {a, b}, is_sign ? 0 : kCarries);
}

Ref FormulaBuilder::select(Ref condition, Ref yes, Ref no, const ValueRange* known) {
  if (is_constant(condition)) return range(condition).lo != 0 ? yes : no;
  if (yes.value == no.value && yes.shift == no.shift) return yes;
  const int common = std::min(yes.shift, no.shift);
  yes.shift -= common;
  no.shift -= common;
  ValueRange either = joined(range(yes), range(no));
  if (known != nullptr) {
    either.lo = std::max(either.lo, floored(known->lo, common));
    either.hi = std::min(either.hi, floored(known->hi, common));
  }
  Ref result = put({.operation = Select{condition.value, yes, no}, .range = either},
                   {condition, yes, no}, kTable);
  result.shift = common;
  return result;
}

Ref FormulaBuilder::look_up(Ref x, const std::vector<std::int64_t>& entries,
                            const ValueRange& range) {
  if (holds_one(range)) return constant(range.lo);
  const Value& from = value(x);
  Value made{.operation = LookUp{x.value, entries}, .range = range, .stage = from.stage + 1};
  return put(std::move(made), {x}, kRead);
}

Ref FormulaBuilder::cast(Ref x, int frac_bits, const fixed::Format& to) {
  frac_bits -= x.shift;
  x.shift = 0;
  const ValueRange from = value(x).range;
  const auto rounded = [&](const BigInt& raw) {
    return fixed::round_raw(raw, frac_bits, to.frac_bits(), to.rounding);
  };
  const auto converted = [&](const BigInt& raw) { return fixed::convert_raw(raw, frac_bits, to); };
  const ValueRange whole{rounded(from.lo), rounded(from.hi)};
  const fixed::Interval held = fixed::held_range(to);
  const bool fits = whole.lo >= held.lo && whole.hi <= held.hi;
  const int dropped = frac_bits - to.frac_bits();
  if (fits && dropped <= 0) return {x.value, -dropped};
  if (fits && holds_one(whole)) return constant(whole.lo);
  if (is_constant(x)) return constant(converted(from.lo));
  const bool adds = dropped > 0 && to.rounding != fixed::Rounding::TRN;
  if (fits) {
    // The narrowest format that holds the results as well; nothing is left to clamp.
    fixed::Format narrow{.width = width_of(whole),
                         .is_signed = whole.lo < 0,
                         .rounding = to.rounding,
                         .overflow = fixed::Overflow::WRAP};
    narrow.int_bits = narrow.width - to.frac_bits();
    return put({.operation = Cast{x, frac_bits, narrow}, .range = whole}, {x}, adds ? kCarries : 0);
  }
  ValueRange result{held.lo, held.hi};
  if (to.overflow == fixed::Overflow::SAT || to.overflow == fixed::Overflow::SAT_SYM)
    result = {converted(from.lo), converted(from.hi)};
  return put({.operation = Cast{x, frac_bits, to}, .range = result}, {x},
             (adds ? kCarries : 0) + (clamps(to) ? kCarries : 0));
}

Ref FormulaBuilder::narrowed(Ref x, const ValueRange& range) {
  const ValueRange old = this->range(x);
  if (range.lo <= old.lo && range.hi >= old.hi) return x;
  const ValueRange lower{-floored(-range.lo, x.shift), floored(range.hi, x.shift)};
  const int shift = x.shift;
  x.shift = 0;
  const ValueRange own = value(x).range;
  Ref result = put(
      {.operation = Narrowed{x}, .range = {std::max(own.lo, lower.lo), std::min(own.hi, lower.hi)}},
      {x}, 0);
  result.shift = shift;
  return result;
}

Ref FormulaBuilder::wait(Ref x, int stage) {
  if (value(x).stage >= stage || is_constant(x)) return x;
  const int shift = x.shift;
  x.shift = 0;
  Ref result = put({.operation = Narrowed{x}, .range = value(x).range, .stage = stage}, {x}, 0);
  result.shift = shift;
  return result;
}

}  // namespace qfx::circuit
