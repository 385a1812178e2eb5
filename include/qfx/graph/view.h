// Which element of its input each element of an output is, where elements only move. A kind says
// it (kinds/moves.h); whoever moves elements goes by it and asks for no kind.
//
// An index along an axis of the output is taken apart in mixed radix, and every digit of it moves
// along one axis of the input: by one, by a stride, backwards, or by nothing, which repeats.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/base/shape.h"

namespace qfx::graph {

struct Digit {
  std::int64_t extent = 1;
  std::int64_t axis = 0;  // of the input
  std::int64_t step = 0;
  bool operator==(const Digit&) const = default;
};

struct View {
  std::vector<std::vector<Digit>> axes;  // of the output; the digit that changes least comes first
  std::vector<std::int64_t> offsets;     // along each axis of the input, of the first element
  bool operator==(const View&) const = default;

  Shape shape() const;
};

// The same as loops over memory: outermost first, they visit the output's elements in order, and
// each of a loop's rounds goes so many elements further in the input.
struct MoveLoop {
  std::int64_t extent = 1, from = 0;
  bool operator==(const MoveLoop&) const = default;
};

struct Moves {
  std::int64_t base = 0;  // the element that comes first
  std::vector<MoveLoop> loops;
  bool operator==(const Moves&) const = default;
};

enum class Arrangement : std::uint8_t {
  RowMajor,     // as torch counts elements
  ChannelsLast  // pixel by pixel: in the runtime's memory and on streams
};

// As few loops as do it; none of one round.
Moves moves_of(const View& view, const Shape& input, Arrangement arrangement);

// The elements of the input in the order in which `moves` visits them.
std::vector<std::int64_t> sources_of(const Moves& moves);

}  // namespace qfx::graph
