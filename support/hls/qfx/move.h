// Elements under another index: slices, upsampling, shuffled channels, depth to space,
// permutations.
//
// Blocks of the input's beats come into a buffer one after another, beats between them are dropped,
// and loops of steps go over a block. A step takes from one beat what `wires` say, by the distance
// from the step's lane: a whole beat of the output at once, or one element.
#ifndef QFX_MOVE_H_
#define QFX_MOVE_H_

#include "qfx/pixel.h"
#include "qfx/vendor.h"

namespace qfx {

// Nested loops, outermost first: a step further, and which of them goes on while those inside it
// begin again; -1 where all begin again. extent[i][0]: rounds of loop i.
template <int LOOPS, int COLUMNS>
int next_step(int (&at)[LOOPS], const int (&extent)[LOOPS][COLUMNS]) {
  QFX_INLINE
  int further = -1;
  QFX_LOOP(LEVEL, UNROLLED)
  for (int loop = LOOPS - 1; loop >= 0; --loop) {
    QFX_BODY(UNROLLED)
    if (further < 0) {
      if (at[loop] + 1 < extent[loop][0]) {
        ++at[loop];
        further = loop;
      } else {
        at[loop] = 0;
      }
    }
  }
  return further;
}

// CONFIG: blocks, span (beats in the buffer), steps (of a block), first_beat and first_lane (of a
// block's first step), dropped_at_first, dropped_at_end. block_loops: rounds, and the beats that
// are dropped where the loop goes on. step_loops: rounds, and how many beats and lanes it goes on
// by.
QFX_PROCESS
template <class CONFIG, class T, int M, int C, int BLOCK_LOOPS, int STEP_LOOPS, int TAKEN>
void move(Stream<Pixel<T, M> >& out, Stream<Pixel<T, C> >& in,
          const int (&block_loops)[BLOCK_LOOPS][2], const int (&step_loops)[STEP_LOOPS][3],
          const int (&wires)[TAKEN]) {
  static_assert(TAKEN == M || TAKEN == 1, "a beat or an element at a step");
  QFX_BUFFER Pixel<T, C> buffer[CONFIG::span];
  int block_at[BLOCK_LOOPS] = {};
  int dropped = CONFIG::dropped_at_first;
  QFX_LOOP(BLOCK, SEQUENTIAL)
  for (int block = 0; block < CONFIG::blocks; ++block) {
    QFX_LOOP(DROP, PIPELINED)
    for (int beat = 0; beat < dropped; ++beat) {
      QFX_BODY(PIPELINED)
      in.read();
    }
    QFX_LOOP(READ, PIPELINED)
    for (int beat = 0; beat < CONFIG::span; ++beat) {
      QFX_BODY(PIPELINED)
      buffer[beat] = in.read();
    }
    const int further = next_step(block_at, block_loops);
    dropped = further < 0 ? 0 : block_loops[further][1];

    Pixel<T, M> result;
    int step_at[STEP_LOOPS] = {};
    int beat = CONFIG::first_beat, lane = CONFIG::first_lane, filled = 0;
    QFX_LOOP(STEP, PIPELINED)
    for (int step = 0; step < CONFIG::steps; ++step) {
      QFX_BODY(PIPELINED)
      const Pixel<T, C> pixel = buffer[beat];
      QFX_LOOP(TAKE, UNROLLED)
      for (int taken = 0; taken < TAKEN; ++taken) {
        QFX_BODY(UNROLLED)
        result.data[filled + taken] = pixel.data[lane + wires[taken]];
      }
      filled += TAKEN;
      if (filled == M) {
        filled = 0;
        out.write(result);
      }
      const int moved = next_step(step_at, step_loops);
      if (moved >= 0) {
        beat += step_loops[moved][1];
        lane += step_loops[moved][2];
        if (lane >= C) {
          lane -= C;
          ++beat;
        }
      }
    }
  }
  QFX_LOOP(DROP_LAST, PIPELINED)
  for (int beat = 0; beat < CONFIG::dropped_at_end; ++beat) {
    QFX_BODY(PIPELINED)
    in.read();
  }
}

}  // namespace qfx

#endif  // QFX_MOVE_H_
