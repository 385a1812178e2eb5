// The element-wise nodes of a group as one pass over memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "runtime/group.h"
#include "runtime/tensor.h"

#include "qfx/kernels/int_chain.h"

namespace qfx::runtime {

using graph::Analyzed;

// Whether a node's exact value and its cast are proved to fit lanes of 32 bits, and all that an
// element-wise node computes on the way.
bool fits_words(const Analyzed& analyzed, graph::NodeId id);
// The same of 64 bits.
bool fits_lanes(const Analyzed& analyzed, graph::NodeId id);
// Whether an element-wise node can run in lanes of 16 bits: its operands fit them, and so does its
// exact value; or where that is a sum, the saturated sum has the same cast.
bool fits_halves(const Analyzed& analyzed, graph::NodeId id);

// Values of a group's first node whose last step, saturation to its format's limits, is still to
// do.
struct Saturation {
  std::int16_t lo, hi;
};

// What a chain begins with: product sums on the way to their node's format, sum * factor + term.
struct SumConstants {
  std::vector<std::int64_t> factor, term;
  bool of_64_bits = false;  // the sums in memory, and then the lanes
};

class Chain {
 public:
  // The group's nodes from the one at `first` on, of values of the node before it, or of the
  // group's first input.
  Chain(const Analyzed& analyzed, const Group& group, std::size_t first);
  // The group's nodes behind the first one, of that one's values.
  Chain(const Analyzed& analyzed, const Group& group, const std::optional<Saturation>& saturation);
  // All of the group's nodes, of the sums of its first one.
  Chain(const Analyzed& analyzed, const Group& group, const SumConstants& constants);

  void run(const kernels::ChainPart& part) const {
    std::visit([&](const auto& chain) { chain.run(part); }, chain_);
  }
  // "int16"
  const char* lanes() const {
    constexpr const char* kNames[] = {"int16", "int32", "int64"};
    return kNames[chain_.index()];
  }

 private:
  std::variant<kernels::IntChain<std::int16_t>, kernels::IntChain<std::int32_t>,
               kernels::IntChain<std::int64_t>>
      chain_;
};

}  // namespace qfx::runtime
