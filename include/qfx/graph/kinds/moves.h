// Kinds that only move elements: no cast, in the format of their input. Part of kinds.h.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "qfx/base/shape.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"
#include "qfx/graph/view.h"

namespace qfx::graph {

// {C, H, W} to {C * H * W}, channel outermost as in torch.
struct Flatten {
  static constexpr std::string_view kName = "flatten";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Flatten&) const = default;
  Form form() const { return Rename{}; }
};

// {C, L} to {C, 1, L}: a sequence as an image of one row, for conv2d and the pools.
struct Unsqueeze {
  static constexpr std::string_view kName = "unsqueeze";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Unsqueeze&) const = default;
  Form form() const { return Rename{}; }
};

// ---- other elements, or another order: each says its view (src/graph/model/moves.cpp)
// -------------

inline constexpr IntBounds kPlaces{0, kMaxElements};
inline constexpr IntBounds kAxes{0, 2};

// Along each axis the elements from `begin` to before `end`, every `step`-th; a list that is empty
// stands for the whole axis, or for a step of 1.
struct Slice {
  static constexpr std::string_view kName = "slice";
  static constexpr Arity kInputs = kOneInput;
  Shape begin, end, step;
  bool operator==(const Slice&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "begin", .onnx = "starts", .text = " from {}"}, op.begin, kPlaces, Shape{});
    visit({.name = "end", .onnx = "ends", .text = " to {}"}, op.end, kCounts, Shape{});
    visit({.name = "step", .onnx = "steps", .text = " step {}"}, op.step, kExtents, Shape{});
  }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

// Each pixel as often as `scale` says, side by side: nearest neighbours.
struct Upsample {
  static constexpr std::string_view kName = "upsample";
  static constexpr Arity kInputs = kOneInput;
  Pair scale{2, 2};
  bool operator==(const Upsample&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "scale", .torch = "scale_factor", .onnx = "scales", .text = " {}"}, op.scale,
          kExtents, Required{});
  }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

// The channels as a matrix of `groups` rows, transposed.
struct ChannelShuffle {
  static constexpr std::string_view kName = "channel_shuffle";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t groups = 1;
  bool operator==(const ChannelShuffle&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "groups", .text = " {} groups"}, op.groups, kCounts, Required{});
  }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

void block_attributes(auto& op, auto&& visit) {
  visit({.name = "blocksize", .onnx = "blocksize", .text = " {}"}, op.blocksize, kExtents,
        Required{});
  visit({.name = "crd", .text = " channel outermost"}, op.crd, AnyValue{}, false);
}

// Of each pixel's channels a square of pixels. A channel's number is taken apart as {row, column,
// channel}, or with `crd` as {channel, row, column}, which is torch's pixel_shuffle.
struct DepthToSpace {
  static constexpr std::string_view kName = "depth_to_space";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t blocksize = 1;
  bool crd = false;
  bool operator==(const DepthToSpace&) const = default;

  static void attributes(auto& op, auto&& visit) { block_attributes(op, visit); }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

// The inverse; with `crd` torch's pixel_unshuffle.
struct SpaceToDepth {
  static constexpr std::string_view kName = "space_to_depth";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t blocksize = 1;
  bool crd = false;
  bool operator==(const SpaceToDepth&) const = default;

  static void attributes(auto& op, auto&& visit) { block_attributes(op, visit); }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

// Axis i of the output is axis axes[i] of the input; the batch does not count.
struct Permute {
  static constexpr std::string_view kName = "permute";
  static constexpr Arity kInputs = kOneInput;
  Shape axes;
  bool operator==(const Permute&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "axes", .torch = "dims", .onnx = "perm", .text = " {}"}, op.axes, kAxes,
          Required{});
  }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

// Any view, written out: the digits of all axes of `shape` one after another.
struct Rearrange {
  static constexpr std::string_view kName = "rearrange";
  static constexpr Arity kInputs = kOneInput;
  Shape shape, extents, axes, steps, offsets;
  bool operator==(const Rearrange&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "shape", .text = " to {}"}, op.shape, kCounts, Required{});
    visit({.name = "extents", .text = " by {}"}, op.extents, IntBounds{2, kMaxElements},
          Required{});
    visit({.name = "axes", .text = " along {}"}, op.axes, kAxes, Required{});
    visit({.name = "steps", .text = " steps {}"}, op.steps, IntBounds{-kMaxElements, kMaxElements},
          Required{});
    visit({.name = "offsets", .text = " from {}"}, op.offsets, kPlaces, Required{});
  }
  Move form() const { return {}; }
  View view(const Shape& in) const;
};

template <class Kind>
concept IsMove = requires(const Kind& kind) {
  { kind.form() } -> std::same_as<Move>;
};

}  // namespace qfx::graph
