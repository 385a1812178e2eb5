// Where the operands of one output element lie. A kind says it (kinds.h), form_of of op.h asks.
// Layouts of streams, FIFO depths and generated code need no more of a kind than this; what is
// computed from the operands is docs/semantics.md's.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

namespace qfx::graph {

using Pair = std::array<std::int64_t, 2>;  // {height, width}

// Rows and columns around an image, in the order of ONNX's pads. Axis 0 is the height.
struct Sides {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;

  constexpr Sides() = default;
  // Alike on opposite sides.
  constexpr Sides(std::int64_t height, std::int64_t width) : Sides(height, width, height, width) {}
  constexpr Sides(std::int64_t above, std::int64_t before, std::int64_t below, std::int64_t behind)
      : top(above), left(before), bottom(below), right(behind) {}

  constexpr std::int64_t before(int axis) const { return axis == 0 ? top : left; }
  constexpr std::int64_t after(int axis) const { return axis == 0 ? bottom : right; }
  constexpr std::int64_t both(int axis) const { return before(axis) + after(axis); }
  constexpr bool is_alike() const { return top == bottom && left == right; }
  bool operator==(const Sides&) const = default;
};

// The input: its operand is a stored sample.
struct Source {
  bool operator==(const Source&) const = default;
};

// The element of every input at the same position.
struct Map {
  bool operator==(const Map&) const = default;
};

// The element of input 0 at the same position, and of input 1 the one element of its channel.
struct ByChannel {
  bool operator==(const ByChannel&) const = default;
};

// What becomes of the operands under a window or of a whole plane.
enum class Reduce : std::uint8_t {
  Products,  // their products with a weight, added up
  Mean,
  Max
};

// The pixels that a window covers, of the channels in the output's group: with groups as many as
// there are channels, of its own channel alone. What lies in the padding is zero, or absent from a
// maximum. A mean divides by what it covers of the image and of as much padding as `counted` says
// (window_counts.h).
struct Window {
  Pair kernel{1, 1}, stride{1, 1};
  Sides padding = {};
  Pair dilation{1, 1};
  std::int64_t groups = 1;  // 0: as many as channels
  Reduce reduce = Reduce::Products;
  Sides counted = {};
  bool operator==(const Window&) const = default;
};

// All pixels of its own channel.
struct Plane {
  Reduce reduce = Reduce::Mean;
  bool operator==(const Plane&) const = default;
};

// Every element of the input, each times a weight.
struct Dot {
  bool operator==(const Dot&) const = default;
};

// The element at the same place of channel c / `channels`, c the output's: each input channel makes
// so many of the output in a row.
struct Spread {
  std::int64_t channels = 1;
  bool operator==(const Spread&) const = default;
};

// One element of one input: the inputs lie one behind the other on the channels.
struct Join {
  bool operator==(const Join&) const = default;
};

// One element of the input under another index; no cast.
struct Rename {
  bool operator==(const Rename&) const = default;
};

// One element of the input, which the kind's view (view.h) says; no cast.
struct Move {
  bool operator==(const Move&) const = default;
};

// All channels: of the whole vector {N}, at its own pixel of {C, H, W}.
struct Normalise {
  bool operator==(const Normalise&) const = default;
};

using Form = std::variant<Source, Map, ByChannel, Window, Plane, Dot, Spread, Join, Rename, Move,
                          Normalise>;

}  // namespace qfx::graph
