// The network's rim: AXI streams from and to memory, on which a beat is some elements of a frame,
// each extended to a container of 8, 16 or 32 bits, the first in the lowest bits.
//
// TLAST travels: a frame whose last beat carried it leaves with it on its last beat, so that a
// transfer of any number of frames ends where the sender ended it. On any other beat it is not
// looked at.
#ifndef QFX_AXIS_H_
#define QFX_AXIS_H_

#include "qfx/pixel.h"
#include "qfx/raw.h"
#include "qfx/vendor.h"

namespace qfx {

// The lowest element of a beat's data, which moves down.
template <class T, int CONTAINER, int WIDTH>
T pop_element(UInt<WIDTH>& data) {
  QFX_INLINE
  const T value = from_raw<T>(data);
  data = data >> CONTAINER;
  return value;
}

// An element above those that the data has, which move down.
template <int CONTAINER, int WIDTH, class T>
void push_element(UInt<WIDTH>& data, const T& value) {
  QFX_INLINE
  const UInt<CONTAINER> element = raw_of(value);
  const UInt<WIDTH> extended = element;
  data = (data >> CONTAINER) | (extended << (WIDTH - CONTAINER));
}

// GROUP elements at a time, which divide both a beat and a pixel; a frame has GROUPS of them.
QFX_PROCESS
template <int GROUPS, int GROUP, int CONTAINER, class T, int C, int WIDTH>
void from_axis(Stream<Pixel<T, C> >& out, Stream<bool>& frame_ends,
               PortStream<AxisBeat<WIDTH> >& s_axis) {
  UInt<WIDTH> data = 0;
  bool is_last = false;
  Pixel<T, C> pixel;
  QFX_HLS(ARRAY_PARTITION variable = pixel.data complete)
  int unread = 0, held = 0;  // elements
  QFX_LOOP(TAKE, FREE_RUNNING)
  for (int group = 0; group < GROUPS; ++group) {
    QFX_BODY(FREE_RUNNING)
    if (unread == 0) {
      const AxisBeat<WIDTH> beat = s_axis.read();
      data = beat.data;
      is_last = beat.last != 0;
      unread = WIDTH / CONTAINER;
    }
    QFX_LOOP(MOVE, UNROLLED)
    for (int lane = 0; lane + GROUP < C; ++lane) {
      QFX_BODY(UNROLLED)
      pixel.data[lane] = pixel.data[lane + GROUP];
    }
    QFX_LOOP(ELEMENT, UNROLLED)
    for (int lane = C - GROUP; lane < C; ++lane) {
      QFX_BODY(UNROLLED)
      pixel.data[lane] = pop_element<T, CONTAINER>(data);
    }
    unread -= GROUP;
    held += GROUP;
    if (held == C) {
      out.write(pixel);
      held = 0;
    }
  }
  frame_ends.write(is_last);
}

QFX_PROCESS
template <int GROUPS, int GROUP, int CONTAINER, class T, int C, int WIDTH>
void to_axis(PortStream<AxisBeat<WIDTH> >& m_axis, Stream<bool>& frame_ends,
             Stream<Pixel<T, C> >& in) {
  UInt<WIDTH> data = 0;
  Pixel<T, C> pixel;
  QFX_HLS(ARRAY_PARTITION variable = pixel.data complete)
  int unread = 0, held = 0;  // elements
  QFX_LOOP(GIVE, FREE_RUNNING)
  for (int group = 0; group < GROUPS; ++group) {
    QFX_BODY(FREE_RUNNING)
    if (unread == 0) {
      pixel = in.read();
      unread = C;
    }
    QFX_LOOP(ELEMENT, UNROLLED)
    for (int lane = 0; lane < GROUP; ++lane) {
      QFX_BODY(UNROLLED)
      push_element<CONTAINER>(data, pixel.data[lane]);
    }
    QFX_LOOP(MOVE, UNROLLED)
    for (int lane = 0; lane + GROUP < C; ++lane) {
      QFX_BODY(UNROLLED)
      pixel.data[lane] = pixel.data[lane + GROUP];
    }
    unread -= GROUP;
    held += GROUP;
    if (held == WIDTH / CONTAINER) {
      const bool is_last = group == GROUPS - 1 ? frame_ends.read() : false;
      m_axis.write(axis_beat<WIDTH>(data, is_last));
      held = 0;
    }
  }
}

}  // namespace qfx

#endif  // QFX_AXIS_H_
