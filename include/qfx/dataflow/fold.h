// How much of a layer's work is done at once.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace qfx::dataflow {

// Zeros are open: they follow from the rest of the network.
struct Fold {
  // Results at once: outputs of a convolution or a matrix, channels of everything else.
  std::int64_t pe = 0;
  // Operands at once of each output of a convolution or a matrix: a divisor of a group's inputs, or
  // of a convolution all of a group's inputs under the whole window, taps * inputs.
  std::int64_t simd = 0;
  bool operator==(const Fold&) const = default;
};

// By the node's name.
using Folding = std::map<std::string, Fold>;

}  // namespace qfx::dataflow
