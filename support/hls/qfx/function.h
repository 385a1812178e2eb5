// A function by table: the values are those of the destination already, there is no cast.
//
// Every lane reads the table in every cycle; the tool copies it as often as its ports demand.
#ifndef QFX_FUNCTION_H_
#define QFX_FUNCTION_H_

#include "qfx/map.h"
#include "qfx/table.h"

namespace qfx {

// table[i] is the value of the i-th raw value from the smallest.
struct Function {
  template <class OUT, class IN, class ENTRY, int N>
  static OUT of(const IN& x, const ENTRY (&table)[N]) {
    QFX_INLINE
    static_assert(N == 1 << Traits<IN>::width, "an entry for every value");
    return from_raw<OUT>(table[table_index(x)]);
  }
};

}  // namespace qfx

#endif  // QFX_FUNCTION_H_
