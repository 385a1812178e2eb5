// ap_fixed and ap_ufixed, driven by the matrices of support/fixed_matrix.h.
#pragma once

#include "support/ap_type.h"
#include "support/fixed_matrix.h"

namespace qfx::fixed::matrix {

using test::ApFixed;

// The sign of any ap type, the operators' results included.
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
constexpr Format ap_format(const ap_fixed_base<W, I, S, Q, O, N>&) {
  static_assert(Q == AP_TRN && O == AP_WRAP && N == 0, "operators give TRN and WRAP");
  return plain(W, I, S);
}

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
void read_words(const ap_fixed_base<W, I, S, Q, O, N>& value, Words& out) {
  const bool negative = S && value.V.get_bit(W - 1);
  for (std::uint64_t& word : out) word = negative ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < W; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (value.V.get_bit(i))
      out[i / 64] |= bit;
    else
      out[i / 64] &= ~bit;
  }
}

template <class Type>
Type from_words(const Words& words) {
  Type value = 0;
  for (int i = 0; i < Type::width; ++i)
    if (words[i / 64] >> (i % 64) & 1) value.V.set_bit(i, true);
  return value;
}

struct Ap {
  template <Format From, Format To>
  static void convert(const std::int64_t* in, std::int64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      ApFixed<From> source;
      source.V = in[i];
      ApFixed<To> target = source;
      out[i] = target.V.to_int64();
    }
  }

  template <Format From, Format To>
  static void convert_wide(const Words& in, Words& out) {
    const auto source = from_words<ApFixed<From>>(in);
    ApFixed<To> target = source;
    read_words(target, out);
  }

  template <Format A, Format B>
  static Format operate(Operator op, const Words& left, const Words& right, Words& out) {
    const auto a = from_words<ApFixed<A>>(left);
    const auto b = from_words<ApFixed<B>>(right);
    const auto give = [&out](const auto& result) {
      read_words(result, out);
      return ap_format(result);
    };
    switch (op) {
      case Operator::ADD:
        return give(a + b);
      case Operator::SUBTRACT:
        return give(a - b);
      case Operator::MULTIPLY:
        return give(a * b);
      case Operator::DIVIDE:
        return give(a / b);
      case Operator::NEGATE:
        return give(-a);
      case Operator::COMPARE:
        break;
    }
    out[0] = static_cast<std::uint64_t>(order({a<b, a <= b, a> b, a >= b, a == b, a != b}));
    return {};
  }

  template <Format A>
  static void shift(const Words& left, int count, Words& up, Words& down) {
    const auto a = from_words<ApFixed<A>>(left);
    read_words(a << count, up);
    read_words(a >> count, down);
  }

  template <Format To>
  static std::int64_t from_double(double value) {
    ApFixed<To> target = value;
    return target.V.to_int64();
  }

  template <Format To>
  static double to_double(std::int64_t raw) {
    ApFixed<To> value;
    value.V = raw;
    return value.to_double();
  }
};

}  // namespace qfx::fixed::matrix
