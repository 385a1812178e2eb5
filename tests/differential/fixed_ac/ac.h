// ac_fixed, driven by the matrices of support/fixed_matrix.h.
#pragma once

#include "support/ac_type.h"
#include "support/fixed_matrix.h"

namespace qfx::fixed::matrix {

using test::AcFixed;

template <int W, int I, bool S, ac_q_mode Q, ac_o_mode O>
constexpr Format ac_format(const ac_fixed<W, I, S, Q, O>&) {
  static_assert(Q == AC_TRN && O == AC_WRAP, "operators give TRN and WRAP");
  return plain(W, I, S);
}

template <int W, int I, bool S, ac_q_mode Q, ac_o_mode O>
void read_words(const ac_fixed<W, I, S, Q, O>& value, Words& out) {
  const bool negative = S && value[W - 1];
  for (std::uint64_t& word : out) word = negative ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < W; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (value[i])
      out[i / 64] |= bit;
    else
      out[i / 64] &= ~bit;
  }
}

template <class Type>
Type from_words(const Words& words) {
  Type value = 0;
  for (int i = 0; i < Type::width; ++i)
    if (words[i / 64] >> (i % 64) & 1) value[i] = 1;
  return value;
}

template <class Type>
Type from_raw(std::int64_t raw) {
  Type value;
  value.set_slc(0, ac_int<Type::width, Type::sign>(raw));
  return value;
}

struct Ac {
  template <Format From, Format To>
  static void convert(const std::int64_t* in, std::int64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      AcFixed<To> target = from_raw<AcFixed<From>>(in[i]);
      out[i] = target.template slc<To.width>(0).to_int64();
    }
  }

  template <Format From, Format To>
  static void convert_wide(const Words& in, Words& out) {
    AcFixed<To> target = from_words<AcFixed<From>>(in);
    read_words(target, out);
  }

  template <Format A, Format B>
  static Format operate(Operator op, const Words& left, const Words& right, Words& out) {
    const auto a = from_words<AcFixed<A>>(left);
    const auto b = from_words<AcFixed<B>>(right);
    const auto give = [&out](const auto& result) {
      read_words(result, out);
      return ac_format(result);
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
    const auto a = from_words<AcFixed<A>>(left);
    const ac_int<12, true> places = count;
    read_words(a << places, up);
    read_words(a >> places, down);
  }

  template <Format To>
  static std::int64_t from_double(double value) {
    AcFixed<To> target = value;
    return target.template slc<To.width>(0).to_int64();
  }

  template <Format To>
  static double to_double(std::int64_t raw) {
    return from_raw<AcFixed<To>>(raw).to_double();
  }
};

}  // namespace qfx::fixed::matrix
