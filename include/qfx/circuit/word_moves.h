// A move of elements as moves of words: which words stay whole, and which come in blocks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// Words of so many elements, and of divisors of it, always move as a whole.
std::int64_t widest_word(const dataflow::Network& network, const dataflow::Process& process);

// In words. The first `block_loops` of its loops go from one block of the input to another, behind
// which nothing of it is needed again; where all do, words are only taken or dropped as they come,
// and no memory is needed.
struct WordMoves {
  graph::Moves moves;
  std::size_t block_loops = 0;
  std::int64_t low = 0, high = 0;  // of a block, from its first word on: the places it reads

  bool only_picks() const { return block_loops == moves.loops.size(); }
  std::int64_t block_words() const;  // that are made of a block
};
WordMoves word_moves(const dataflow::Network& network, const Move& move);

// A round for each block, which begins when its last word has come and ends with its words free; or
// where words are only picked, a step for each word.
Behaviour behaviour_of(const WordMoves& words, std::int64_t frame_words);

}  // namespace qfx::circuit
