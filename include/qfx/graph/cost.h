// What one image costs in a node: the operations of its exact value, counted by their widths.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "qfx/graph/analyzed.h"

namespace qfx::graph {

// Widths are those of signed integers that hold what the range analysis proved, or what a
// parameter's format holds. Not counted: the cast, a mean's division by a constant, and what only
// moves or looks up values.
struct Cost {
  using Count = std::int64_t;
  std::map<std::array<int, 2>, Count> multiplies;  // by the widths of both factors
  std::map<std::array<int, 2>, Count> divisions;   // by those of dividend and divisor: softmax
  std::map<int, Count> shifts;  // by the ones of K-hot constants, by the width of what is shifted
  std::map<int, Count> adds;    // and subtractions, by the width of the sum
  std::map<int, Count> comparisons;  // of two values, by the width that holds both
};

template <class Widths>
Cost::Count total(const std::map<Widths, Cost::Count>& operations) {
  Cost::Count sum = 0;
  for (const auto& [widths, count] : operations) sum += count;
  return sum;
}

enum class KHot : std::uint8_t {
  Shifts,     // as many terms as a constant has ones, and a shift for each
  Multiplies  // as any other constant: what K-hot is worth is the difference
};

// A sum of n terms costs n - 1 adds, whatever their order. A binary weight is no product but the
// sign of a term. Where a kind takes one of two ways by the sign of x, both are counted.
Cost cost_of(const Analyzed& model, NodeId id, KHot k_hot = KHot::Shifts);

}  // namespace qfx::graph
