// The loops of an engine of sums, as its printer needs them: which weight a lane takes at which
// step, and for which output.
#pragma once

#include <cstdint>
#include <optional>

#include "qfx/circuit/circuit.h"

namespace qfx::backends::verilog {

class SumsShape {
 public:
  SumsShape(const dataflow::Network& network, const circuit::Sums& sums);

  const circuit::Sums& sums;
  const dataflow::MultiplyAccumulate& work;
  fixed::Format input, output;  // of the values
  dataflow::Window window;      // a matrix is one pixel
  std::int64_t taps = 1;
  std::int64_t inputs = 1, outputs = 1;  // of a group of channels
  std::int64_t groups = 1;
  std::int64_t operands = 1;          // of each lane at a step
  std::int64_t operands_of_word = 1;  // that come side by side
  std::int64_t blocks_of_group = 1;

  // The operand of the step's word that is the first of a lane's.
  std::int64_t first_operand(std::int64_t lane) const;
  // The output that a lane computes in a block; nothing where the block is padded.
  std::optional<std::int64_t> output_of(std::int64_t block, std::int64_t lane) const;
  // The raw factor of an output's operand at a step of its block.
  std::int64_t weight(std::int64_t output, std::int64_t step, std::int64_t operand) const;

 private:
  std::int64_t value(std::int64_t output, std::int64_t tap, std::int64_t input) const;
};

}  // namespace qfx::backends::verilog
