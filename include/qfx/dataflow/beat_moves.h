// A move where every word is a beat, as in C++ for HLS: blocks of beats come into a buffer, and the
// beats that are made of each leave.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/dataflow/layout.h"
#include "qfx/graph/view.h"

namespace qfx::dataflow {

// Rounds of a loop, and how many beats of the input are dropped before the block that the next one
// begins with, those inside it beginning again.
struct BlockLoop {
  std::int64_t extent = 1, dropped = 0;
};

// Steps of a loop within a block, and how far the next one lies behind the last step before it:
// so many beats and then lanes, 0 to the beat's lanes - 1.
struct StepLoop {
  std::int64_t extent = 1, beats = 0, lanes = 0;
};

struct BeatMoves {
  std::int64_t blocks = 1, span = 1;  // beats of a block in the buffer
  std::int64_t dropped_at_first = 0, dropped_at_end = 0;
  std::vector<BlockLoop> block_loops;           // outermost first
  std::int64_t steps = 1;                       // of a block
  std::vector<StepLoop> step_loops;             // outermost first
  std::int64_t first_beat = 0, first_lane = 0;  // in the buffer, of a block's first step
  // What a step takes of one beat, by distance from the step's lane: a whole beat of the output, or
  // one element.
  std::vector<std::int64_t> lanes;

  std::int64_t dropped_before(std::int64_t block) const;
};

BeatMoves beat_moves(const graph::Moves& moves, const Layout& in, const Layout& out);

}  // namespace qfx::dataflow
