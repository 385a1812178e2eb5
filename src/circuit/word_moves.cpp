#include "qfx/circuit/word_moves.h"

#include <algorithm>
#include <numeric>

#include "circuit/ring.h"
#include "circuit/stream_groups.h"

namespace qfx::circuit {
namespace {

using graph::MoveLoop;

const graph::Moves& moves_of(const dataflow::Process& process) {
  return std::get<dataflow::Move>(process.work).moves;
}

// The places of the blocks' first words, in order.
std::vector<std::int64_t> block_places(const WordMoves& words) {
  graph::Moves outer = words.moves;
  outer.loops.resize(words.block_loops);
  return graph::sources_of(outer);
}

std::vector<Round> picks(const std::vector<std::int64_t>& places, std::int64_t frame_words) {
  std::vector<Round> rounds;
  std::int64_t passed = 0;
  for (const std::int64_t place : places) {
    const std::int64_t steps = place + 1 - passed;
    append(rounds, {.count = steps, .period = steps, .takes = 1});
    passed = place + 1;
  }
  if (passed < frame_words)
    append(rounds, {.count = frame_words - passed, .period = 0, .takes = 1});
  return rounds;
}

}  // namespace

std::int64_t widest_word(const dataflow::Network& network, const dataflow::Process& process) {
  const graph::Moves& moves = moves_of(process);
  std::int64_t lanes = std::gcd(group_of(network.streams[process.inputs[0]].layout),
                                group_of(network.streams[process.outputs[0]].layout));
  const bool has_run = !moves.loops.empty() && moves.loops.back().from == 1;
  lanes = std::gcd(lanes, std::gcd(moves.base, has_run ? moves.loops.back().extent : 1));
  for (std::size_t i = 0; i + 1 < moves.loops.size(); ++i)
    lanes = std::gcd(lanes, moves.loops[i].from);
  return lanes;
}

std::int64_t WordMoves::block_words() const {
  std::int64_t words = 1;
  for (std::size_t i = block_loops; i < moves.loops.size(); ++i) words *= moves.loops[i].extent;
  return words;
}

WordMoves word_moves(const dataflow::Network& network, const Move& move) {
  const graph::Moves& elements = moves_of(network.processes[move.process]);
  WordMoves words{.moves = {elements.base / move.lanes, {}}};
  for (std::size_t i = 0; i < elements.loops.size(); ++i) {
    MoveLoop loop = elements.loops[i];
    (i + 1 == elements.loops.size() && move.lanes > 1 ? loop.extent : loop.from) /= move.lanes;
    if (loop.extent > 1) words.moves.loops.push_back(loop);
  }
  // A loop that goes on by no more than what stands inside it reaches would mix its blocks: they
  // are those of the loops before the first such one.
  const std::vector<MoveLoop>& loops = words.moves.loops;
  std::vector<std::int64_t> low(loops.size() + 1, 0), high(loops.size() + 1, 0);  // from i on
  for (std::size_t i = loops.size(); i-- > 0;) {
    const std::int64_t reach = (loops[i].extent - 1) * loops[i].from;
    low[i] = low[i + 1] + std::min<std::int64_t>(reach, 0);
    high[i] = high[i + 1] + std::max<std::int64_t>(reach, 0);
  }
  while (words.block_loops < loops.size()) {
    const std::size_t inside = words.block_loops + 1;
    if (loops[words.block_loops].from <= high[inside] - low[inside]) break;
    ++words.block_loops;
  }
  words.low = low[words.block_loops];
  words.high = high[words.block_loops];
  return words;
}

Behaviour behaviour_of(const WordMoves& words, std::int64_t frame_words) {
  const std::vector<std::int64_t> places = block_places(words);
  if (words.only_picks()) return {0, picks(places, frame_words)};
  Behaviour behaviour;
  behaviour.rounds.reserve(places.size());
  for (const std::int64_t place : places) {
    if (!behaviour.rounds.empty()) behaviour.rounds.back().free = place + words.low;
    behaviour.rounds.push_back({.count = words.block_words(), .need = place + words.high + 1});
  }
  behaviour.rounds.back().free = frame_words;
  behaviour.buffer = ring_words(behaviour.rounds, frame_words, 0);
  return behaviour;
}

}  // namespace qfx::circuit
