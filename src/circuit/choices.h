// What an engine can be: every fold of it that can be the best somewhere.
#pragma once

#include <cstdint>
#include <vector>

#include "circuit/units.h"

#include "qfx/circuit/plan.h"

namespace qfx::circuit {

struct Choice {
  Part part;
  dataflow::Fold fold = {};
  std::int64_t in = 0, out = 0;  // elements of a word; 0: any, and the same
  // Its output's words are short where a block of outputs is; of this many each.
  std::int64_t padded_group = 0;  // 0: they are full
  std::int64_t cycles = 0;        // of a frame
  std::int64_t products = 0;      // at once
  Resources resources = {};
};

// Of a unit whose open lanes are 0. `network` is changed while this runs, and as before after it.
std::vector<Choice> choices_of(dataflow::Network& network, const Unit& unit);

// A convolution's or matrix' outputs at once that need the fewest lanes for the blocks they make.
std::vector<std::int64_t> useful_outputs(std::int64_t outputs);
std::vector<std::int64_t> divisors(std::int64_t of);

}  // namespace qfx::circuit
