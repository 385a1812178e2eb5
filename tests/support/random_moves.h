// Kinds that only move elements, drawn at random; what does not fit the shape is drawn again by the
// caller.
#pragma once

#include <utility>

#include "support/rng.h"

#include "qfx/graph/op.h"

namespace qfx::test {

inline graph::Op random_slice(Rng& rng, const graph::Shape& shape) {
  graph::Slice slice;
  for (const std::int64_t size : shape) {
    const bool is_whole = rng.chance(0.4);
    slice.begin.push_back(is_whole ? 0 : rng.between(0, (size - 1) / 2));
    slice.end.push_back(is_whole ? size : rng.between(slice.begin.back() + 1, size));
    slice.step.push_back(rng.pick({1, 1, 1, 2, 3}));
  }
  if (rng.chance(0.5)) slice.step.clear();
  if (rng.chance(0.2)) slice.end.clear();
  return slice;
}

inline graph::Op random_upsample(Rng& rng) {
  return graph::Upsample{.scale = {rng.between(1, 3), rng.between(1, 3)}};
}

inline graph::Op random_shuffle(Rng& rng) {
  return graph::ChannelShuffle{.groups = rng.between(1, 4)};
}

template <class Kind>
graph::Op random_blocks(Rng& rng) {
  Kind kind;
  kind.blocksize = rng.pick({1, 2, 2, 3});
  kind.crd = rng.chance(0.5);
  return kind;
}

inline graph::Op random_permute(Rng& rng, const graph::Shape& shape) {
  graph::Permute permute;
  for (std::int64_t axis = 0; axis < std::ssize(shape); ++axis) permute.axes.push_back(axis);
  for (std::size_t i = permute.axes.size(); i > 1; --i)
    std::swap(permute.axes[i - 1], permute.axes[rng.below(i)]);
  return permute;
}

// Digits at random; those that reach beyond the input are drawn again.
inline graph::Op random_rearrange(Rng& rng, const graph::Shape& shape) {
  graph::Rearrange move;
  for (const std::int64_t size : shape) move.offsets.push_back(rng.between(0, size - 1));
  const std::int64_t axes = rng.between(1, 3);
  for (std::int64_t axis = 0; axis < axes; ++axis) {
    move.shape.push_back(1);
    for (std::int64_t digits = rng.between(0, 2); digits > 0; --digits) {
      move.extents.push_back(rng.between(2, 4));
      move.axes.push_back(static_cast<std::int64_t>(rng.below(shape.size())));
      move.steps.push_back(rng.pick({0, 1, 1, 1, -1, 2, -2, 3}));
      move.shape.back() *= move.extents.back();
    }
  }
  return move;
}

}  // namespace qfx::test
