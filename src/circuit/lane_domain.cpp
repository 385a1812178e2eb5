#include "circuit/lane_domain.h"

#include <algorithm>
#include <set>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"

namespace qfx::circuit {
namespace {

using fixed::BigInt;
using Signs = std::vector<bool>;
using Constants = std::vector<BigInt>;

bool is_zero(const Constants& rows) {
  return std::ranges::all_of(rows, [](const BigInt& one) { return one == 0; });
}

// One entry where all are the same.
Constants settled(Constants rows) {
  if (std::ranges::all_of(rows, [&](const BigInt& one) { return one == rows[0]; })) rows.resize(1);
  return rows;
}

template <class T>
T at(const std::vector<T>& rows, std::size_t row) {
  return rows.size() == 1 ? rows[0] : rows[row];
}

// f(a, b) row by row.
template <class F>
Constants of_both(const Constants& a, const Constants& b, const F& f) {
  Constants rows;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
    rows.push_back(f(at(a, i), at(b, i)));
  return settled(std::move(rows));
}

Signs differ(const Signs& a, const Signs& b) {
  Signs signs;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
    signs.push_back(at(a, i) != at(b, i));
  return signs;
}

bool all(const Signs& signs, bool value) {
  return std::ranges::all_of(signs, [&](bool one) { return one == value; });
}

// The non-adjacent form, lowest digit first.
std::vector<fixed::Digit> signed_digits(const BigInt& number) {
  std::vector<fixed::Digit> digits;
  BigInt value = abs(number);
  for (int place = 0; value != 0; ++place) {
    if (bit_test(value, 0)) {
      const int sign = bit_test(value, 1) ? -1 : 1;
      digits.push_back({place, number < 0 ? -sign : sign});
      value -= sign;
    }
    value >>= 1;
  }
  return digits;
}

}  // namespace

LaneDomain::Value LaneDomain::x(std::size_t i) const {
  return value_of(inputs_.at(i), model_.source(id_, i).format.frac_bits());
}

LaneDomain::Value LaneDomain::parameter(graph::Role role) const {
  const graph::FrozenParam& param = node_.params.at(role);
  Value value;
  value.frac_bits = param.max_frac_bits();
  value.is_khot = param.k_hot > 0;
  value.signed_digits = param.signed_digits;
  for (const std::int64_t lane_channel : channels_) {
    const std::int64_t channel = param.shape[0] == 1 ? 0 : lane_channel;
    value.rows.push_back(BigInt(param.raw[channel])
                         << (value.frac_bits - param.frac_bits(channel)));
  }
  value.rows = settled(std::move(value.rows));
  return value;
}

LaneDomain::Value LaneDomain::constant(const graph::Dyadic& k) {
  Value value;
  value.frac_bits = k.frac_bits;
  value.rows = {k.raw};
  return value;
}

Ref LaneDomain::ref_of(const Value& value) {
  if (is_constant(value)) return builder_.rows(value.rows);
  if (all(value.negative, false)) return value.ref;
  return builder_.add(builder_.constant(0), value.ref, value.negative);
}

std::pair<LaneDomain::Value, LaneDomain::Value> LaneDomain::aligned(Value a, Value b) {
  const auto is_nothing = [](const Value& value) {
    return is_constant(value) && is_zero(value.rows);
  };
  int frac_bits = std::max(a.frac_bits, b.frac_bits);
  if (is_nothing(a)) frac_bits = b.frac_bits;  // zero lies on every grid
  if (is_nothing(b)) frac_bits = is_nothing(a) ? 0 : a.frac_bits;
  for (Value* value : {&a, &b}) {
    const int places = is_nothing(*value) ? 0 : frac_bits - value->frac_bits;
    for (BigInt& row : value->rows) row <<= places;
    value->ref.shift += places;
    value->frac_bits = frac_bits;
  }
  return {a, b};
}

LaneDomain::Value LaneDomain::add(const Value& a, const Value& b) {
  auto [left, right] = aligned(a, b);
  if (is_constant(left) && is_constant(right)) {
    left.rows = of_both(left.rows, right.rows,
                        [](const BigInt& a, const BigInt& b) { return BigInt(a + b); });
    left.is_khot = false;
    return left;
  }
  if (is_constant(left) && is_zero(left.rows)) return right;
  if (is_constant(right) && is_zero(right.rows)) return left;
  Value sum = value_of({}, left.frac_bits);
  // A sign of both waits further.
  if (!all(left.negative, false) && !all(right.negative, false)) {
    sum.negative = left.negative;
    right.negative = differ(left.negative, right.negative);
    left.negative = {false};
  } else if (!all(left.negative, false)) {
    std::swap(left, right);
  }
  sum.ref = is_constant(left) ? builder_.rows(left.rows) : left.ref;
  const Ref second = is_constant(right) ? builder_.rows(right.rows) : right.ref;
  sum.ref = builder_.add(sum.ref, second, right.negative);
  return sum;
}

LaneDomain::Value LaneDomain::subtract(const Value& a, const Value& b) {
  Value negated = b;
  for (BigInt& row : negated.rows) row = -row;
  if (!is_constant(b)) negated.negative.flip();
  return add(a, negated);
}

LaneDomain::Value LaneDomain::multiply(const Value& a, const Value& b) {
  if (is_constant(a) && is_constant(b)) {
    Value product = a;
    product.frac_bits += b.frac_bits;
    product.is_khot = false;
    product.rows =
        of_both(a.rows, b.rows, [](const BigInt& a, const BigInt& b) { return BigInt(a * b); });
    return product;
  }
  if (is_constant(a)) return scaled(a, b);
  if (is_constant(b)) return scaled(b, a);
  Value product = value_of(builder_.product(a.ref, b.ref), a.frac_bits + b.frac_bits);
  product.negative = differ(a.negative, b.negative);
  return product;
}

LaneDomain::Value LaneDomain::scaled(const Value& constant, const Value& x) {
  Value product =
      constant.rows.size() == 1 ? scaled(constant.rows[0], x.ref) : scaled_by_rows(constant, x.ref);
  product.frac_bits = constant.frac_bits + x.frac_bits;
  if (!is_constant(product)) product.negative = differ(product.negative, x.negative);
  return product;
}

// Shifts of x added up, two by two.
LaneDomain::Value LaneDomain::scaled(const BigInt& factor, Ref x) {
  if (factor == 0) return constant({});
  struct Part {
    BigInt factor;  // above zero
    Ref ref;
    bool negative;
  };
  const ValueRange range = builder_.range(x);
  std::vector<Part> parts;
  for (const fixed::Digit& digit : signed_digits(factor))
    parts.push_back(
        {BigInt(1) << digit.exponent, {x.value, x.shift + digit.exponent}, digit.sign < 0});
  while (parts.size() > 1) {
    std::vector<Part> sums;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      const Part &low = parts[i], &high = parts[i + 1];
      const bool subtracts = low.negative != high.negative;
      const BigInt sum = subtracts ? BigInt(low.factor - high.factor) : low.factor + high.factor;
      const ValueRange known = times(range, {sum, sum});
      sums.push_back({sum, builder_.add(low.ref, high.ref, {subtracts}, &known), low.negative});
    }
    if (parts.size() % 2 == 1) sums.push_back(parts.back());
    parts = std::move(sums);
  }
  Value product = value_of(parts[0].ref, 0);
  product.negative = {parts[0].negative};
  return product;
}

// A K-hot constant's digits each shift x to one of the places that occur. The first's sign is that
// of the product, the others' are beside it.
LaneDomain::Value LaneDomain::scaled_by_rows(const Value& constant, Ref x) {
  if (!constant.is_khot) return value_of(builder_.product(builder_.rows(constant.rows), x), 0);
  std::vector<std::vector<fixed::Digit>> digits;
  std::size_t terms = 1;
  for (const BigInt& row : constant.rows) {
    digits.push_back(fixed::digits_of(static_cast<std::int64_t>(row), constant.signed_digits));
    terms = std::max(terms, digits.back().size());
  }
  Signs negative;
  for (const auto& row : digits) negative.push_back(!row.empty() && row[0].sign < 0);
  const ValueRange range = builder_.range(x);
  Constants partial(digits.size(), 0);
  Value product;
  for (std::size_t term = 0; term < terms; ++term) {
    std::set<int> places;
    for (const auto& row : digits)
      if (term < row.size()) places.insert(row[term].exponent);
    const std::vector<int> shifts(places.begin(), places.end());
    std::vector<int> choices;
    Signs subtracts;
    ValueRange own, sum;
    for (std::size_t row = 0; row < digits.size(); ++row) {
      const bool has_one = term < digits[row].size();
      choices.push_back(-1);
      subtracts.push_back(has_one && (digits[row][term].sign < 0) != negative[row]);
      if (has_one) {
        const auto place = std::ranges::lower_bound(shifts, digits[row][term].exponent);
        choices.back() = static_cast<int>(place - shifts.begin());
        own = joined(own, shifted_left(range, *place));
        partial[row] += (subtracts[row] ? BigInt(-1) : BigInt(1)) << *place;
      }
      sum = joined(sum, times(range, {partial[row], partial[row]}));
    }
    const Ref part = builder_.shifted(x, shifts, choices, own);
    product.ref = term == 0 ? part : builder_.add(product.ref, part, subtracts, &sum);
  }
  product.negative = negative;
  return product;
}

LaneDomain::Value LaneDomain::choose(Ref condition, const Value& yes, const Value& no) {
  auto [left, right] = aligned(yes, no);
  const Ref taken = ref_of(left);
  return value_of(builder_.select(condition, taken, ref_of(right)), left.frac_bits);
}

LaneDomain::Value LaneDomain::lesser(const Value& a, const Value& b, bool takes_lesser) {
  const auto [left, right] = aligned(a, b);
  const Ref one = ref_of(left), other = ref_of(right);
  const ValueRange x = builder_.range(one), y = builder_.range(other);
  const ValueRange known = takes_lesser ? ValueRange{std::min(x.lo, y.lo), std::min(x.hi, y.hi)}
                                        : ValueRange{std::max(x.lo, y.lo), std::max(x.hi, y.hi)};
  const Ref condition = builder_.less(one, other);
  return value_of(takes_lesser ? builder_.select(condition, one, other, &known)
                               : builder_.select(condition, other, one, &known),
                  left.frac_bits);
}

LaneDomain::Value LaneDomain::look_up(const graph::Function&, const Value& x) {
  const std::vector<std::int32_t>& table = node_.params.at(graph::Role::Table).raw;
  const Ref at = ref_of(x);
  const ValueRange from = builder_.range(at);
  const std::int64_t lowest = fixed::min_raw(model_.source(id_).format);
  const Ref unshifted{at.value, 0};
  const ValueRange pattern_range = builder_.range(unshifted);
  const int width = width_of(pattern_range);
  std::vector<std::int64_t> entries;
  std::int64_t least = INT64_MAX, largest = INT64_MIN;
  for (std::int64_t pattern = 0; pattern < std::int64_t{1} << width; ++pattern) {
    const bool is_negative = pattern_range.lo < 0 && pattern >> (width - 1) != 0;
    const BigInt number = BigInt(is_negative ? pattern - (std::int64_t{1} << width) : pattern)
                          << at.shift;
    entries.push_back(0);
    if (number < from.lo || number > from.hi) continue;
    entries.back() = table.at(static_cast<std::size_t>(static_cast<std::int64_t>(number) - lowest));
    least = std::min(least, entries.back());
    largest = std::max(largest, entries.back());
  }
  const ValueRange range{least, largest};
  return value_of(builder_.look_up(unshifted, entries, range), node_.format.frac_bits());
}

}  // namespace qfx::circuit
