// ap_fixed in the exhaustive sweep.
#pragma once

#include "differential/fixed_ap/ap.h"
#include "sweep.h"

namespace qfx::fixed::matrix {

// The format of a type with the default modes, which is what the operators give.
template <class Type>
struct ApFormat;
template <int W, int I>
struct ApFormat<ap_fixed<W, I>> {
  static constexpr Format kFormat = plain(W, I, true);
};
template <int W, int I>
struct ApFormat<ap_ufixed<W, I>> {
  static constexpr Format kFormat = plain(W, I, false);
};
template <int W, int I, bool S>
struct ApFormat<ap_fixed_base<W, I, S>> {
  static constexpr Format kFormat = plain(W, I, S);
};

struct ApSweep : Ap {
  template <int Width, bool IsSigned>
  static constexpr auto modes(int int_bits) {
    return ap_modes<Width, IsSigned>(int_bits);
  }

  template <Format F>
  static ApFixed<F> value_of(std::int64_t raw) {
    ApFixed<F> value;
    value.V = raw;
    return value;
  }

  template <Format To>
  static void convert_doubles(const double* in, std::int64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      ApFixed<To> target = in[i];
      out[i] = target.V.to_int64();
    }
  }

  template <Format A, Format B>
  static constexpr std::array<Format, 4> types() {
    using Left = ApFixed<A>;
    using Right = ApFixed<B>;
    return {ApFormat<decltype(std::declval<Left>().operator+(std::declval<Right>()))>::kFormat,
            ApFormat<decltype(std::declval<Left>().operator-(std::declval<Right>()))>::kFormat,
            ApFormat<decltype(std::declval<Left>().operator*(std::declval<Right>()))>::kFormat,
            ApFormat<decltype(std::declval<Left>().operator/(std::declval<Right>()))>::kFormat};
  }

  template <Format A, Format B>
  static void operate(std::int64_t left, std::int64_t right, Results& results) {
    const auto a = value_of<A>(left);
    const auto b = value_of<B>(right);
    // The members that the operators resolve to, by name: finding them among all overloads of all
    // headers costs the compiler more than all the rest.
    results.sum = a.operator+(b).V.to_int64();
    results.difference = a.operator-(b).V.to_int64();
    results.product = a.operator*(b).V.to_int64();
    if (right != 0) results.quotient = a.operator/(b).V.to_int64();
    results.order = order({a.operator<(b), a.operator<=(b), a.operator>(b), a.operator>=(b),
                           a.operator==(b), a.operator!=(b)});
  }

  template <Format F>
  static constexpr UnarySweep unary() {
    return {
        .format = F,
        .negated_type = ApFormat<decltype(-std::declval<ApFixed<F>>())>::kFormat,
        .negate = [](std::int64_t raw) -> std::int64_t { return (-value_of<F>(raw)).V.to_int64(); },
        .shift_up = [](std::int64_t raw, int places) -> std::int64_t {
          return (value_of<F>(raw) << places).V.to_int64();
        },
        .shift_down = [](std::int64_t raw, int places) -> std::int64_t {
          return (value_of<F>(raw) >> places).V.to_int64();
        },
        .to_double = &Ap::to_double<F>};
  }
};

using Header = ApSweep;

}  // namespace qfx::fixed::matrix
