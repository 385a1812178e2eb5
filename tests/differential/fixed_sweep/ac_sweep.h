// ac_fixed in the exhaustive sweep.
#pragma once

#include "differential/fixed_ac/ac.h"
#include "sweep.h"

namespace qfx::fixed::matrix {

// The format of a type with the default modes, which is what the operators give.
template <class Type>
struct AcFormat;
template <int W, int I, bool S>
struct AcFormat<ac_fixed<W, I, S>> {
  static constexpr Format kFormat = plain(W, I, S);
};

template <class Value>
std::int64_t raw_of(const Value& value) {
  return value.template slc<Value::width>(0).to_int64();
}

struct AcSweep : Ac {
  template <int Width, bool IsSigned>
  static constexpr auto modes(int int_bits) {
    return ac_modes<Width, IsSigned>(int_bits);
  }

  template <Format To>
  static void convert_doubles(const double* in, std::int64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = raw_of(AcFixed<To>(in[i]));
  }

  template <Format A, Format B>
  static constexpr std::array<Format, 4> types() {
    using Left = AcFixed<A>;
    using Right = AcFixed<B>;
    return {AcFormat<decltype(std::declval<Left>().operator+(std::declval<Right>()))>::kFormat,
            AcFormat<decltype(std::declval<Left>().operator-(std::declval<Right>()))>::kFormat,
            AcFormat<decltype(std::declval<Left>().operator*(std::declval<Right>()))>::kFormat,
            AcFormat<decltype(std::declval<Left>().operator/(std::declval<Right>()))>::kFormat};
  }

  template <Format A, Format B>
  static void operate(std::int64_t left, std::int64_t right, Results& results) {
    const auto a = from_raw<AcFixed<A>>(left);
    const auto b = from_raw<AcFixed<B>>(right);
    // The members that the operators resolve to, by name: finding them among all overloads of all
    // headers costs the compiler more than all the rest.
    results.sum = raw_of(a.operator+(b));
    results.difference = raw_of(a.operator-(b));
    results.product = raw_of(a.operator*(b));
    if (right != 0) results.quotient = raw_of(a.operator/(b));
    results.order = order({a.operator<(b), a.operator<=(b), a.operator>(b), a.operator>=(b),
                           a.operator==(b), a.operator!=(b)});
  }

  template <Format F>
  static constexpr UnarySweep unary() {
    using Type = AcFixed<F>;
    using Places = ac_int<12, true>;
    return {.format = F,
            .negated_type = AcFormat<decltype(-std::declval<Type>())>::kFormat,
            .negate = [](std::int64_t raw) -> std::int64_t { return raw_of(-from_raw<Type>(raw)); },
            .shift_up = [](std::int64_t raw, int places) -> std::int64_t {
              return raw_of(from_raw<Type>(raw) << Places(places));
            },
            .shift_down = [](std::int64_t raw, int places) -> std::int64_t {
              return raw_of(from_raw<Type>(raw) >> Places(places));
            },
            .to_double = &Ac::to_double<F>};
  }
};

using Header = AcSweep;

}  // namespace qfx::fixed::matrix
