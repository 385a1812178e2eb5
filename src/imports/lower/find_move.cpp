#include "imports/lower/find_move.h"

#include <algorithm>

#include "qfx/graph/infer_shape.h"

namespace qfx::imports {
namespace {

using graph::Arrangement;
using graph::Digit;
using graph::Shape;
using graph::View;

// Where an element lies along each axis of its tensor.
using Place = std::vector<std::int64_t>;

Place place_of(std::int64_t index, const Shape& shape) {
  Place place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    place[axis] = index % shape[axis];
  return place;
}

Place difference(const Place& a, const Place& b) {
  Place result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

// The digits of an index along one axis, from where it leads; the outermost first.
std::optional<std::vector<Digit>> digits_of(const std::vector<Place>& places) {
  const auto count = std::ssize(places);
  if (count == 1) return std::vector<Digit>{};
  const Place step = difference(places[1], places[0]);
  if (std::ranges::count_if(step, [](std::int64_t s) { return s != 0; }) > 1) return std::nullopt;
  const auto moving = std::ranges::find_if(step, [](std::int64_t s) { return s != 0; });
  Digit digit{.axis = moving == step.end() ? 0 : moving - step.begin(),
              .step = moving == step.end() ? 0 : *moving};
  std::int64_t regular = 1;  // so far the innermost digit can reach
  while (regular < count && difference(places[regular], places[regular - 1]) == step) ++regular;
  for (digit.extent = regular; digit.extent >= 2; --digit.extent) {
    if (count % digit.extent != 0) continue;
    bool repeats = true;
    std::vector<Place> outer;
    for (std::int64_t i = 0; i < count && repeats; ++i) {
      if (i % digit.extent == 0)
        outer.push_back(places[i]);
      else
        repeats = difference(places[i], places[i - 1]) == step;
    }
    if (!repeats) continue;
    auto digits = digits_of(outer);
    if (!digits) continue;
    digits->push_back(digit);
    return digits;
  }
  return std::nullopt;
}

bool is_slice(const View& view) {
  for (std::size_t axis = 0; axis < view.axes.size(); ++axis) {
    if (view.axes.size() != view.offsets.size() || view.axes[axis].size() > 1) return false;
    for (const Digit& digit : view.axes[axis])
      if (digit.axis != static_cast<std::int64_t>(axis) || digit.step < 1) return false;
  }
  return true;
}

graph::Op slice_of(const View& view) {
  graph::Slice slice{.begin = view.offsets, .end = {}, .step = Shape(view.axes.size(), 1)};
  for (std::size_t axis = 0; axis < view.axes.size(); ++axis) {
    std::int64_t last = slice.begin[axis];
    for (const Digit& digit : view.axes[axis]) {
      slice.step[axis] = digit.step;
      last += (digit.extent - 1) * digit.step;
    }
    slice.end.push_back(last + 1);
  }
  if (std::ranges::all_of(slice.step, [](std::int64_t step) { return step == 1; }))
    slice.step.clear();
  return slice;
}

// Kinds that this could be, by the sizes alone.
std::vector<graph::Op> candidates(const View& view, const Shape& in) {
  const Shape out = view.shape();
  std::vector<graph::Op> ops;
  if (in.size() == out.size()) {
    graph::Permute permute;
    for (const auto& digits : view.axes)
      permute.axes.push_back(digits.empty() ? -1 : digits.back().axis);
    // Axes of size 1 stand where there is room.
    for (std::int64_t& axis : permute.axes)
      for (std::int64_t i = 0; axis < 0 && i < std::ssize(in); ++i)
        if (in[i] == 1 && std::ranges::find(permute.axes, i) == permute.axes.end()) axis = i;
    ops.emplace_back(permute);
    if (view.axes[0].size() == 2) ops.emplace_back(graph::ChannelShuffle{view.axes[0][1].extent});
  }
  if (in.size() != 3 || out.size() != 3) return ops;
  if (out[1] % in[1] == 0 && out[2] % in[2] == 0) {
    ops.emplace_back(graph::Upsample{{out[1] / in[1], out[2] / in[2]}});
    for (const bool crd : {false, true}) ops.emplace_back(graph::DepthToSpace{out[1] / in[1], crd});
  }
  if (in[1] % out[1] == 0)
    for (const bool crd : {false, true}) ops.emplace_back(graph::SpaceToDepth{in[1] / out[1], crd});
  return ops;
}

bool has_view(const graph::Op& op, const View& view, const Shape& in) {
  try {
    if (graph::infer_shape(op, {in}, "") != view.shape()) return false;
  } catch (const UserError&) {
    return false;
  }
  return graph::moves_of(graph::view_of(op, in), in, Arrangement::RowMajor) ==
         graph::moves_of(view, in, Arrangement::RowMajor);
}

}  // namespace

graph::Op kind_of(const View& view, const Shape& in) {
  if (is_slice(view)) return slice_of(view);
  for (graph::Op& op : candidates(view, in))
    if (has_view(op, view, in)) return op;
  graph::Rearrange result{.shape = view.shape(), .offsets = view.offsets};
  for (const auto& digits : view.axes) {
    for (const Digit& digit : digits) {
      if (digit.extent == 1) continue;
      result.extents.push_back(digit.extent);
      result.axes.push_back(digit.axis);
      result.steps.push_back(digit.step);
    }
  }
  return result;
}

std::optional<graph::Op> find_move(const Shape& in, const Shape& out,
                                   const std::vector<std::int64_t>& places) {
  View view{.axes = {}, .offsets = place_of(places.at(0), in)};
  std::vector<std::vector<Place>> along;  // the places of the first elements along each axis
  std::int64_t stride = std::ssize(places);
  for (const std::int64_t size : out) {
    stride /= size;
    along.emplace_back();
    for (std::int64_t i = 0; i < size; ++i)
      along.back().push_back(difference(place_of(places[i * stride], in), view.offsets));
    auto digits = digits_of(along.back());
    if (!digits) return std::nullopt;
    view.axes.push_back(std::move(*digits));
  }
  if (graph::sources_of(graph::moves_of(view, in, Arrangement::RowMajor)) != places)
    return std::nullopt;
  return kind_of(view, in);
}

}  // namespace qfx::imports
