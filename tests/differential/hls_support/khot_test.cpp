// khot.h and multiply.h: every constant times every operand.
#include "qfx/fixed/khot.h"

#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/khot.h"
#include "qfx/multiply.h"

namespace qfx::test {
namespace {

// The code of qfx/khot.h for a constant, as the exporter prints it.
template <int K>
Digits<K> code_of(std::int64_t raw, bool signed_digits) {
  Digits<K> result{};
  int k = 0;
  for (const fixed::Digit& digit : fixed::digits_of(raw, signed_digits))
    result.code[k++] =
        static_cast<unsigned char>(0x40 | (digit.sign < 0 ? 0x80 : 0) | digit.exponent);
  return result;
}

template <class SUM>
void check_products(bool signed_digits) {
  for (int raw = -128; raw < 128; ++raw) {
    if (fixed::count_digits(raw, signed_digits) > 2) continue;
    for (int x = -16; x < 16; ++x) {
      SUM shifted = 5, multiplied = 5;
      const typename Operand<5, true>::type operand = x;
      KHot<2>::accumulate(shifted, operand, code_of<2>(raw, signed_digits));
      Multiply<8>::accumulate(multiplied, operand, static_cast<signed char>(raw));
      ASSERT_EQ(Int<16>(shifted), 5 + x * raw) << x << " * " << raw;
      ASSERT_EQ(Int<16>(multiplied), 5 + x * raw) << x << " * " << raw;
    }
  }
}

TEST(KHot, ShiftsAndAddsAreTheProduct) {
  for (bool signed_digits : {false, true}) {
    check_products<Sum<16>::type>(signed_digits);
    check_products<Int<16>>(signed_digits);
    check_products<std::uint64_t>(signed_digits);
  }
}

TEST(Multiply, OfUnsignedOperandsOfAllBits) {
  Sum<40>::type sum = 0;
  Multiply<32>::accumulate(sum, Operand<8, false>::type(255), int{INT32_MIN});
  EXPECT_EQ(Int<41>(sum), -255LL * 2147483648LL);
}

}  // namespace
}  // namespace qfx::test
