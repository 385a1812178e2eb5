// What an engine of sums knows of each output: offset, shift and gate, a word of them a block.
#pragma once

#include <cstdint>
#include <string>

#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {

// What a step's sum stands for where bits are counted: value = (count << left) + shifted, `shifted`
// for all steps of a block. A step in the padding counts `empty`.
struct Counting {
  bool is_double = false;  // what is counted
  int left = 0;
  std::int64_t shifted = 0;  // for each step
  std::int64_t empty = 0;
};

// Counts of `operands` pairs in `bits` planes.
Counting counting_of(std::int64_t operands, int bits, bool is_padded);

// The constants of one kind, a number for each output, as fields of the word of a block: `width`
// bits for each lane, lanes side by side from bit `at` on.
struct LaneConstants {
  std::int64_t word_width = 0;
  std::int64_t lane_width = 0;  // a lane's fields, offset lowest
  int offset_width = 2;
  bool has_offset = false;
  int left = 0;        // of every output
  int left_width = 0;  // of what is shifted beyond; 0: nothing is
  int gate_width = 0;  // 0: there is no gate
  std::string memory;  // empty: no field is needed
};

// `counting` where bits are counted. With a gate, `gate_width` bits for it.
LaneConstants lane_constants(const SumsShape& shape, const Counting* counting, int gate_width);

}  // namespace qfx::backends::verilog
