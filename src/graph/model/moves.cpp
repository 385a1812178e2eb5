// The views of the kinds that only move elements (docs/semantics.md has them as formulas). Shapes
// fit: infer_shape has looked.
#include "qfx/graph/kinds.h"

namespace qfx::graph {
namespace {

Digit whole(const Shape& in, std::int64_t axis) {
  return {in[static_cast<std::size_t>(axis)], axis, 1};
}

// Every axis as it is.
View unmoved(const Shape& in) {
  View view{.axes = {}, .offsets = Shape(in.size(), 0)};
  for (std::size_t axis = 0; axis < in.size(); ++axis)
    view.axes.push_back({whole(in, static_cast<std::int64_t>(axis))});
  return view;
}

std::int64_t at_or(const Shape& list, std::size_t i, std::int64_t usual) {
  return list.empty() ? usual : list[i];
}

}  // namespace

View Slice::view(const Shape& in) const {
  View view = unmoved(in);
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    const std::int64_t first = at_or(begin, axis, 0), by = at_or(step, axis, 1);
    view.offsets[axis] = first;
    view.axes[axis][0].extent = (at_or(end, axis, in[axis]) - first + by - 1) / by;
    view.axes[axis][0].step = by;
  }
  return view;
}

View Upsample::view(const Shape& in) const {
  View view = unmoved(in);
  for (std::size_t side : {0, 1}) view.axes[side + 1].push_back({scale[side], 0, 0});
  return view;
}

View ChannelShuffle::view(const Shape& in) const {
  View view = unmoved(in);
  const std::int64_t each = in[0] / groups;
  view.axes[0] = {{each, 0, 1}, {groups, 0, each}};
  return view;
}

View DepthToSpace::view(const Shape& in) const {
  View view = unmoved(in);
  const std::int64_t channels = in[0] / (blocksize * blocksize);
  const std::int64_t column = crd ? 1 : channels;  // a column further in the square
  view.axes[0] = {{channels, 0, crd ? blocksize * blocksize : 1}};
  view.axes[1].push_back({blocksize, 0, blocksize * column});
  view.axes[2].push_back({blocksize, 0, column});
  return view;
}

View SpaceToDepth::view(const Shape& in) const {
  View view = unmoved(in);
  const Digit row{blocksize, 1, 1}, column{blocksize, 2, 1};
  if (crd)
    view.axes[0] = {whole(in, 0), row, column};
  else
    view.axes[0] = {row, column, whole(in, 0)};
  for (std::int64_t axis : {1, 2})
    view.axes[static_cast<std::size_t>(axis)] = {
        {in[static_cast<std::size_t>(axis)] / blocksize, axis, blocksize}};
  return view;
}

View Permute::view(const Shape& in) const {
  View view{.axes = {}, .offsets = Shape(in.size(), 0)};
  for (const std::int64_t axis : axes) view.axes.push_back({whole(in, axis)});
  return view;
}

View Rearrange::view(const Shape&) const {
  View view{.axes = std::vector<std::vector<Digit>>(shape.size()), .offsets = offsets};
  std::size_t at = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    for (std::int64_t size = 1; size < shape[axis]; ++at) {
      view.axes[axis].push_back({extents[at], axes[at], steps[at]});
      size *= extents[at];
    }
  }
  return view;
}

}  // namespace qfx::graph
