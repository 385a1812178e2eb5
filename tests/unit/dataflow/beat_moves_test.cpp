// Moves as blocks of beats: what is kept in the buffer, what is dropped, and that a walk as the
// generated code makes it gives every element of the view.
#include "qfx/dataflow/beat_moves.h"

#include <gtest/gtest.h>

#include "support/rng.h"

#include "qfx/base/error.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/op.h"

namespace qfx::dataflow {
namespace {

using graph::Op;
using graph::Shape;

struct Case {
  Shape in, out;
  graph::Moves moves;
  BeatMoves beats;
};

Case made(const Op& op, const Shape& in) {
  Case c{in, graph::infer_shape(op, {in}, ""), {}, {}};
  c.moves = graph::moves_of(graph::view_of(op, in), in, graph::Arrangement::ChannelsLast);
  c.beats = beat_moves(c.moves, layout_of(in), layout_of(c.out));
  return c;
}

TEST(BeatMoves, KeepsAsLittleAsTheKindNeeds) {
  EXPECT_EQ(made(graph::ChannelShuffle{2}, {6, 4, 5}).beats.span, 1);
  EXPECT_EQ(made(graph::Upsample{{2, 2}}, {6, 4, 5}).beats.span, 5);
  EXPECT_EQ(made(graph::DepthToSpace{2}, {8, 4, 5}).beats.span, 5);
  EXPECT_EQ(made(graph::SpaceToDepth{2}, {3, 4, 6}).beats.span, 12);
  EXPECT_EQ(made(graph::Permute{{0, 2, 1}}, {3, 4, 6}).beats.span, 24);
  EXPECT_EQ(
      made(graph::Slice{.begin = {1, 1, 1}, .end = {3, 3, 4}, .step = {}}, {4, 5, 6}).beats.span,
      1);
}

TEST(BeatMoves, TakesWholeBeatsWhereTheyLieInOne) {
  EXPECT_EQ(made(graph::ChannelShuffle{2}, {4, 3, 3}).beats.lanes,
            (std::vector<std::int64_t>{0, 2, 1, 3}));
  EXPECT_EQ(made(graph::DepthToSpace{2, true}, {8, 3, 3}).beats.lanes,
            (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(made(graph::SpaceToDepth{2}, {3, 4, 6}).beats.lanes, (std::vector<std::int64_t>{0}));
}

// As support/hls/qfx/move.h walks: the places in the input's stream, in the order of the output's.
std::vector<std::int64_t> walked(const BeatMoves& beats, std::int64_t lanes) {
  std::vector<std::int64_t> places;
  std::int64_t begin = 0;
  for (std::int64_t block = 0; block < beats.blocks; ++block) {
    begin += beats.dropped_before(block);
    std::vector<std::int64_t> at(beats.step_loops.size(), 0);
    std::int64_t beat = beats.first_beat, lane = beats.first_lane;
    for (std::int64_t step = 0; step < beats.steps; ++step) {
      EXPECT_TRUE(beat >= 0 && beat < beats.span && lane >= 0);
      for (const std::int64_t wire : beats.lanes) {
        EXPECT_TRUE(lane + wire < lanes);
        places.push_back((begin + beat) * lanes + lane + wire);
      }
      for (std::size_t loop = at.size(); loop-- > 0;) {
        if (++at[loop] == beats.step_loops[loop].extent) {
          at[loop] = 0;
          continue;
        }
        beat += beats.step_loops[loop].beats + (lane + beats.step_loops[loop].lanes) / lanes;
        lane = (lane + beats.step_loops[loop].lanes) % lanes;
        break;
      }
    }
    begin += beats.span;
  }
  return places;
}

// Digits at random, some of which make no view of the input.
Op random_rearrangement(test::Rng& rng, const Shape& in) {
  graph::Rearrange op;
  for (const std::int64_t size : in) op.offsets.push_back(rng.between(0, size - 1));
  for (std::int64_t axes = rng.between(1, 3); axes > 0; --axes) {
    op.shape.push_back(1);
    for (std::int64_t digits = rng.between(0, 2); digits > 0; --digits) {
      op.extents.push_back(rng.between(2, 3));
      op.axes.push_back(rng.between(0, std::ssize(in) - 1));
      op.steps.push_back(rng.pick({0, 1, 1, 2, -1}));
      op.shape.back() *= op.extents.back();
    }
  }
  return op;
}

TEST(BeatMoves, WalksOverEveryElementOfTheView) {
  test::Rng rng(3);
  int walks = 0;
  while (walks < 2000) {
    const Shape in = rng.chance(0.7)
                         ? Shape{rng.between(1, 6), rng.between(1, 6), rng.between(1, 6)}
                     : rng.chance(0.5) ? Shape{rng.between(1, 130)}
                                       : Shape{rng.between(1, 6), rng.between(1, 20)};
    Case c;
    try {
      c = made(random_rearrangement(rng, in), in);
    } catch (const UserError&) {
      continue;
    }
    ++walks;
    const Layout from = layout_of(in);
    ASSERT_EQ(walked(c.beats, from.lanes), graph::sources_of(c.moves)) << graph::to_string(in);
    std::int64_t taken = c.beats.blocks * c.beats.span + c.beats.dropped_at_end;
    for (std::int64_t block = 0; block < c.beats.blocks; ++block)
      taken += c.beats.dropped_before(block);
    ASSERT_EQ(taken, from.beats);
    ASSERT_EQ(layout_of(c.out).beats % c.beats.blocks, 0);
  }
}

}  // namespace
}  // namespace qfx::dataflow
