// The integers that multiply and add.
//
// Under synthesis they are of exactly the width that range analysis proved. In simulation sums are
// machine words, which is fifty times faster and gives the same bits whatever the values are:
// addition, multiplication and left shift commute with reduction modulo 2^WIDTH, and every sum is
// reduced to Int<WIDTH> before it is rounded (raw.h). -DQFX_EXACT_WIDTHS simulates the synthesised
// form.
#ifndef QFX_INTEGER_H_
#define QFX_INTEGER_H_

#include <stdint.h>

#include "qfx/vendor.h"

#if defined(__SYNTHESIS__) && !defined(QFX_EXACT_WIDTHS)
#define QFX_EXACT_WIDTHS
#endif

namespace qfx {

#ifdef QFX_EXACT_WIDTHS

// A factor of a product.
template <int WIDTH, bool IS_SIGNED>
struct Operand {
  typedef Int<WIDTH> type;
};
template <int WIDTH>
struct Operand<WIDTH, false> {
  typedef UInt<WIDTH> type;
};

// A sum of WIDTH bits, signed.
template <int WIDTH>
struct Sum {
  typedef Int<WIDTH> type;
};

#else

template <int BYTES, bool IS_SIGNED>
struct MachineInteger;
template <>
struct MachineInteger<1, true> {
  typedef int8_t type;
};
template <>
struct MachineInteger<1, false> {
  typedef uint8_t type;
};
template <>
struct MachineInteger<2, true> {
  typedef int16_t type;
};
template <>
struct MachineInteger<2, false> {
  typedef uint16_t type;
};
template <>
struct MachineInteger<4, true> {
  typedef int32_t type;
};
template <>
struct MachineInteger<4, false> {
  typedef uint32_t type;
};

template <int WIDTH, bool IS_SIGNED>
struct Operand : MachineInteger<(WIDTH <= 8    ? 1
                                 : WIDTH <= 16 ? 2
                                               : 4),
                                IS_SIGNED> {
  static_assert(WIDTH <= 32, "an activation is at most 32 bits wide");
};

template <bool IS_NARROW>
struct MachineSum {
  typedef uint32_t type;  // unsigned: it wraps by definition
};
template <>
struct MachineSum<false> {
  typedef uint64_t type;
};
template <int WIDTH>
struct Sum : MachineSum<(WIDTH <= 32)> {
  static_assert(WIDTH <= 64, "a sum is at most 64 bits wide");
};

#endif

}  // namespace qfx

#endif  // QFX_INTEGER_H_
