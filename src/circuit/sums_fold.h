// Folds of convolutions and matrices.
#pragma once

#include <cstdint>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// The loops of a process that adds products up. A matrix is a kernel of one pixel over an image of
// one pixel.
struct SumsLoops {
  dataflow::Window window;
  std::int64_t outputs = 1, inputs = 1;  // of one group of channels
  std::int64_t groups = 1;
  std::int64_t taps = 1;
  std::int64_t pixels = 1;  // of the output
  bool is_stepwise = false;
};
SumsLoops loops_of(const dataflow::MultiplyAccumulate& sums);

// Its fold, with what that leaves open: one result at a time from all inputs of its group; of a
// matrix, from as many as its input's layout puts side by side. Raises UserError with what is
// allowed.
Sums fold_sums(const dataflow::Network& network, ProcessId id);

// "1, 2, 4 or 8"
std::string divisors_text(std::int64_t of);

}  // namespace qfx::circuit
