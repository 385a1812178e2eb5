#include "qfx/dataflow/beat_moves.h"

#include <algorithm>

namespace qfx::dataflow {
namespace {

using graph::MoveLoop;
using Loops = std::vector<MoveLoop>;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
std::int64_t modulo(std::int64_t a, std::int64_t b) {
  return a - floor_div(a, b) * b;
}

std::int64_t rounds_of(const Loops& loops, std::size_t from) {
  std::int64_t rounds = 1;
  for (std::size_t i = from; i < loops.size(); ++i) rounds *= loops[i].extent;
  return rounds;
}

// The loops, one of them parted where the innermost of them come to exactly `elements`, if any can
// be; and how many stand outside.
std::size_t part_at(Loops& loops, std::int64_t elements) {
  std::int64_t inside = 1;
  std::size_t at = loops.size();
  while (at > 0 && inside < elements) {
    MoveLoop& loop = loops[at - 1];
    const std::int64_t wanted = elements / inside;
    if (elements % inside != 0) return loops.size();
    if (loop.extent > wanted) {
      if (loop.extent % wanted != 0) return loops.size();
      const MoveLoop inner{wanted, loop.from};
      loop = {loop.extent / wanted, loop.from * wanted};
      loops.insert(loops.begin() + static_cast<std::ptrdiff_t>(at), inner);
      return at;
    }
    inside *= loop.extent;
    --at;
  }
  return inside == elements ? at : loops.size();
}

// Whether all lanes of a step always lie in one beat: what does not move by whole beats must not
// reach its end.
bool stays_in_beat(const Loops& loops, std::size_t outside, std::int64_t base, std::int64_t lanes) {
  std::int64_t furthest = modulo(base, lanes);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const bool is_whole = loops[i].from % lanes == 0;
    if (is_whole && (i < outside || loops[i].from == 0)) continue;
    if (is_whole || loops[i].from < 0) return false;
    furthest += (loops[i].extent - 1) * loops[i].from;
  }
  return furthest < lanes;
}

// The least and the largest place that loops from `from` on reach.
struct Reach {
  std::int64_t low = 0, high = 0;
};
Reach reach_of(const Loops& loops, std::size_t from) {
  Reach reach;
  for (std::size_t i = from; i < loops.size(); ++i)
    (loops[i].from < 0 ? reach.low : reach.high) += (loops[i].extent - 1) * loops[i].from;
  return reach;
}

}  // namespace

std::int64_t BeatMoves::dropped_before(std::int64_t block) const {
  if (block == 0) return dropped_at_first;
  for (auto loop = block_loops.rbegin(); loop != block_loops.rend(); ++loop) {
    if (block % loop->extent != 0) return loop->dropped;
    block /= loop->extent;
  }
  return 0;  // behind the last
}

BeatMoves beat_moves(const graph::Moves& moves, const Layout& in, const Layout& out) {
  Loops loops = moves.loops;
  const std::size_t outside = part_at(loops, out.lanes);
  const bool by_beat = (rounds_of(loops, outside) == out.lanes) &&
                       stays_in_beat(loops, outside, moves.base, in.lanes);
  const std::size_t steps_end = by_beat ? outside : loops.size();

  // From outside as many loops as part the frame into blocks that follow each other beat by beat.
  const auto first_beat = [&](std::size_t split) {
    return floor_div(moves.base + reach_of(loops, split).low, in.lanes);
  };
  const auto span = [&](std::size_t split) {
    return floor_div(moves.base + reach_of(loops, split).high, in.lanes) - first_beat(split) + 1;
  };
  std::size_t split = 0, best = 0;
  while (split < steps_end && loops[split].from % in.lanes == 0 &&
         loops[split].from / in.lanes >= span(split + 1)) {
    ++split;
    if (rounds_of(loops, split) % out.lanes == 0) best = split;
  }
  split = best;

  BeatMoves result;
  result.span = span(split);
  result.dropped_at_first = first_beat(split);
  std::int64_t last = first_beat(split);  // where the last block begins
  for (std::size_t i = 0; i < split; ++i) {
    const std::int64_t back = reach_of(loops, i + 1).high - reach_of(loops, split).high;
    result.block_loops.push_back(
        {loops[i].extent, (loops[i].from - back) / in.lanes - result.span});
    result.blocks *= loops[i].extent;
    last += (loops[i].extent - 1) * loops[i].from / in.lanes;
  }
  result.dropped_at_end = in.beats - last - result.span;

  const std::int64_t begin = moves.base - first_beat(split) * in.lanes;  // in the buffer
  result.first_beat = floor_div(begin, in.lanes);
  result.first_lane = modulo(begin, in.lanes);
  std::int64_t back = 0;
  for (std::size_t i = steps_end; i-- > split;) {
    const std::int64_t further = loops[i].from - back;
    result.step_loops.insert(
        result.step_loops.begin(),
        {loops[i].extent, floor_div(further, in.lanes), modulo(further, in.lanes)});
    result.steps *= loops[i].extent;
    back += (loops[i].extent - 1) * loops[i].from;
  }
  result.lanes = by_beat
                     ? graph::sources_of(
                           {0, {loops.begin() + static_cast<std::ptrdiff_t>(outside), loops.end()}})
                     : std::vector<std::int64_t>{0};
  return result;
}

}  // namespace qfx::dataflow
