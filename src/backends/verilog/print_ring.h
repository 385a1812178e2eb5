// The instance of qfx_ring: how words come in, stay, and are read step by step.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backends/verilog/instance.h"

#include "qfx/circuit/circuit.h"

namespace qfx::backends::verilog {

// A loop of the ring: rounds, and how far one of them moves the word that is read, in words of the
// frame, and its pixel's row and column.
struct RingLoop {
  std::int64_t count = 1;
  std::int64_t words = 0, rows = 0, columns = 0;
};

// Innermost first: three within a block, blocks of a group of channels, groups; windows of a row
// and rows of windows are the ring's own.
struct RingLoops {
  std::array<RingLoop, 5> loops;
  std::int64_t pixel_words = 1;
};

struct RingText {
  Instance instance;  // named "window"; clk, rst, en, i_*, index, valid, first, last, padded, data
  int index_width = 1;
  std::map<std::string, std::string> memories;
};

// The parameters of qfx_ring_fill, which come with others after a prefix: rounds of `row_length` to
// a row, of frames of so many words. Its files are named after `name`.
void add_fill(RingText& text, const std::string& name, const circuit::Behaviour& behaviour,
              std::int64_t frame_words, std::int64_t row_length);

// `word_width` bits are kept of each word. Files are named after `name`.
RingText ring_text(const std::string& name, const dataflow::Window& window, const RingLoops& loops,
                   const circuit::Behaviour& behaviour, std::int64_t word_width);

}  // namespace qfx::backends::verilog
