// Index of a raw value in a table that begins with the smallest one of its format.
#ifndef QFX_TABLE_H_
#define QFX_TABLE_H_

#include "qfx/raw.h"

namespace qfx {

// The distance to the smallest value: for a signed format the bits with the top one inverted.
template <class IN>
unsigned table_index(const IN& value) {
  QFX_INLINE
  UInt<Traits<IN>::width> index = raw_of(value);
  if (Traits<IN>::is_signed) index[Traits<IN>::width - 1] = !index[Traits<IN>::width - 1];
  return index.to_uint();
}

}  // namespace qfx

#endif  // QFX_TABLE_H_
