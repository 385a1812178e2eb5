// The domain of the integers themselves, a tile of elements at a time: what a kind without a kernel
// of its own runs on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/carver.h"
#include "runtime/element_tile.h"
#include "runtime/step.h"

#include "qfx/graph/exact.h"
#include "qfx/graph/table.h"

namespace qfx::runtime {

// Every operation is a pass over the tile. Additions and products are modulo 2^64, exact wherever
// the range analysis proves that the result fits. What is only compared may be larger than that and
// is cut to the ends of 64 bits.
class Tile {
 public:
  // Raw values on the grid 2^-frac_bits, one for each element.
  struct Value {
    int frac_bits = 0;
    const std::int64_t* raw = nullptr;
  };

  // Elements first, first + 1, ... of a batch; at most kTile. inputs: the node's tensors.
  // A carver without memory counts what the same calls would take; then count is 0.
  Tile(const Analyzed& analyzed, graph::NodeId id, const std::byte* const* inputs,
       std::int64_t first, std::int64_t count, Carver& carver);

  Value x(std::size_t i);
  Value selected();
  Value parameter(graph::Role role);
  Value constant(const graph::Dyadic& k);

  Value add(const Value& a, const Value& b);
  Value subtract(const Value& a, const Value& b);
  Value multiply(const Value& a, const Value& b);
  Value min(const Value& a, const Value& b);
  Value max(const Value& a, const Value& b);
  Value look_up(const graph::Function& function, const Value& x);

  // Both sides are computed everywhere.
  template <class F, class G>
  Value by_sign(const Value& x, const F& not_negative, const G& negative) {
    return select(x, not_negative(x), negative(x));
  }

  // On a grid at least as fine.
  Value aligned(const Value& value, int frac_bits);

 private:
  std::int64_t raw_at(std::size_t input, std::int64_t element) const;
  Value select(const Value& sign, const Value& not_negative, const Value& negative);
  Value gates(int frac_bits);
  template <class F>
  Value each(int frac_bits, F f);
  template <class F>
  Value of_both(const Value& a, const Value& b, const F& f);

  const Analyzed& analyzed_;
  graph::NodeId id_;
  const graph::FrozenNode& node_;
  const std::byte* const* inputs_;
  std::int64_t first_, count_, channels_;
  Carver& carver_;
};
static_assert(graph::Domain<Tile>);

}  // namespace qfx::runtime
