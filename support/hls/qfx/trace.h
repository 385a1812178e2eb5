// QFX_TRACE(stream, node, order) after each layer records the layer's raw values in a build with
// -DQFX_TRACE_FILE, and is nothing elsewhere.
//
// The trace is a run of records of 64-bit integers: node, number of values, the values in C, H, W
// order.
#ifndef QFX_TRACE_H_
#define QFX_TRACE_H_

#include "qfx/order.h"

#ifndef QFX_TRACE_FILE
#define QFX_TRACE(stream, node, order)
#else
#define QFX_TRACE(stream, node, order) ::qfx::trace(stream, node, order)

#include <stdint.h>
#include <stdio.h>
#include <vector>

#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

// Where records go; null records nothing.
inline FILE*& trace_file() {
  static FILE* file = 0;
  return file;
}

// Reads the stream empty and fills it again: the next layer finds it as it was.
template <class T, int C>
void trace(Stream<Pixel<T, C> >& stream, long node, Order order) {
  if (trace_file() == 0) return;
  const long beats = static_cast<long>(stream.size());
  std::vector<int64_t> record(2 + beats * C);
  record[0] = node;
  record[1] = beats * C;
  for (long beat = 0; beat < beats; ++beat) {
    const Pixel<T, C> pixel = stream.read();
    for (int lane = 0; lane < C; ++lane) {
      record[2 + element_index(order, beats, C, beat, lane)] = raw_of(pixel.data[lane]).to_int64();
    }
    stream.write(pixel);
  }
  fwrite(record.data(), sizeof(int64_t), record.size(), trace_file());
}

}  // namespace qfx

#endif  // QFX_TRACE_FILE

#endif  // QFX_TRACE_H_
