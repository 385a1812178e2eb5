// One beat of each operand to one beat of the result, lane by lane: every layer whose output
// element depends on the elements at its own place.
//
//   map<BEATS, OPERATION>(out, operands...)
//
// An operand is a stream, which is read once per beat; a table of constants [ROWS][C] with one per
// channel, of which an image has one row for all its pixels and a vector one row for each beat; or
// a table [N] that every lane reads as a whole. OPERATION::of<OUT>(...) takes one element of each
// stream, one constant of each table, and gives the result, cast once. The operations are relu.h,
// clip.h, add.h and so on.
#ifndef QFX_MAP_H_
#define QFX_MAP_H_

#include "qfx/pixel.h"
#include "qfx/raw.h"
#include "qfx/vendor.h"

namespace qfx {

// What an operand holds for one beat.
template <class T, int C>
Pixel<T, C> next_beat(Stream<Pixel<T, C> >& stream) {
  QFX_INLINE
  return stream.read();
}
template <class T, int N>
const T (&next_beat(const T (&table)[N]))[N] {
  QFX_INLINE
  return table;
}

// What it holds for one lane of the beat.
template <class T, int C>
const T& at_lane(const Pixel<T, C>& pixel, int, int lane) {
  QFX_INLINE
  return pixel.data[lane];
}
template <class T, int ROWS, int C>
const T& at_lane(const T (&table)[ROWS][C], int beat, int lane) {
  QFX_INLINE
  QFX_HLS(ARRAY_RESHAPE variable = table type = complete dim = 2)
  return table[ROWS == 1 ? 0 : beat][lane];
}
template <class T, int N>
const T (&at_lane(const T (&table)[N], int, int))[N] {
  QFX_INLINE
  return table;
}

template <class OPERATION, class OUT, int C, class... OPERANDS>
void map_lanes(Pixel<OUT, C>& result, int beat, const OPERANDS&... operands) {
  QFX_INLINE
  QFX_LOOP(LANE, UNROLLED)
  for (int lane = 0; lane < C; ++lane) {
    QFX_BODY(UNROLLED)
    result.data[lane] = OPERATION::template of<OUT>(at_lane(operands, beat, lane)...);
  }
}

QFX_PROCESS
template <int BEATS, class OPERATION, class OUT, int C, class... OPERANDS>
void map(Stream<Pixel<OUT, C> >& out, OPERANDS&... operands) {
  QFX_LOOP(BEAT, FREE_RUNNING)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(FREE_RUNNING)
    Pixel<OUT, C> result;
    map_lanes<OPERATION>(result, beat, next_beat(operands)...);
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_MAP_H_
