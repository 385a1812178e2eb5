// How deep engines' pipelines are: what the model of cycles and the printers of Verilog agree on.
#pragma once

#include <cstdint>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// Clock edges from the issue of a step that gives to its word in the output register, the edge that
// ends the issuing cycle counted.
int latency_of(const dataflow::Network& network, const Part& part);

// An engine of sums between its window and its output register.
struct SumsPipeline {
  std::int64_t operands = 1;  // of each output at a step
  // Products are bits that agree and are counted: no value is anything but +1 or -1 in each of its
  // bits, padding included.
  bool counts = false;
  int sum_stages =
      1;  // registers in the tree that adds up a step's products, or a product's digits
  // Registers of a graph of adders that stands for products and tree: of a window that walks, all
  // outputs at once, whose matrix is small enough to search for one. 0: there is none.
  int matrix_stages = 0;
  bool accumulates = true;  // a further register, to which each step's sum is added
};
SumsPipeline pipeline_of(const dataflow::Network& network, const Sums& sums);

// How many factors such a matrix has at most.
inline constexpr std::int64_t kLargestMatrix = 16384;

// Two-input adders on the way between two registers.
inline constexpr int kLevelsPerStage = 3;
// Bits that one table-based counter takes; more are counted by several, whose results are added.
inline constexpr std::int64_t kCountedBits = 216;

// Registers between the sum and the cast of a mean.
int mean_stages(const dataflow::Mean& mean);

// Whether a memory of so many words lies in block RAM, or in look-up tables.
inline bool in_block_ram(std::int64_t words, std::int64_t width) {
  return words > 64 && words * width > 4096;
}

}  // namespace qfx::circuit
