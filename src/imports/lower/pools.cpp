#include <algorithm>
#include <set>

#include "imports/lower/lowering.h"
#include "imports/operators/window.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Pair;
using graph::Role;

// For each element of a reduced value, those that it is made of, as places in the model.
std::vector<std::vector<std::int64_t>> groups_of(const Spot& x, const Shape& kept) {
  const auto to = broadcast_index(kept, x.shape);
  std::vector<std::vector<std::int64_t>> groups(static_cast<std::size_t>(element_count(kept)));
  for (std::int64_t i = 0; i < x.size(); ++i) groups[to[i]].push_back(x.at(i));
  return groups;
}

// The window that all groups are: of an image, its whole, its columns or its rows.
std::optional<Pair> window_of(const std::vector<std::vector<std::int64_t>>& groups,
                              const Shape& image) {
  const std::int64_t height = image[1], width = image[2], plane = height * width;
  for (const Pair& window : {Pair{height, width}, Pair{height, 1}, Pair{1, width}}) {
    const bool fits = std::ranges::all_of(groups, [&](const std::vector<std::int64_t>& group) {
      const std::set<std::int64_t> places(group.begin(), group.end());
      if (std::ssize(places) != window[0] * window[1] || places.size() != group.size())
        return false;
      const std::int64_t first = *places.begin();
      return std::ranges::all_of(places, [&](std::int64_t place) {
        const bool same_row = window[0] > 1 || place / width == first / width;
        const bool same_column = window[1] > 1 || place % width == first % width;
        return place / plane == first / plane && same_row && same_column;
      });
    });
    if (fits) return window;
  }
  return std::nullopt;
}

}  // namespace

void Lowering::pool(const Node& node) {
  const Call call = call_of(node);
  const auto given = read_windows(call, input_of(node).shape, {});
  const auto [x, channels] = image(input_of(node));
  std::vector<WindowAxis> windows = as_plane(given);
  if (given.size() == 1 && x.held[2] == 1 && x.held[1] != 1) std::swap(windows[0], windows[1]);
  const WindowAxis &v = windows[0], &h = windows[1];
  // Behind the padding, where ceil_mode lets one more window in.
  const Pair beyond{v.beyond(), h.beyond()};
  graph::Sides padding{v.before, h.before, v.after, h.after};
  const bool reads_padding =
      std::ranges::any_of(windows, [](const WindowAxis& a) { return a.before > 0 || a.overhang() > 0; });
  if (!reads_padding) padding = {};
  const Pair kernel{v.kernel, h.kernel}, stride{v.stride, h.stride};
  const Pair dilation{v.dilation, h.dilation};
  graph::Op op;
  if (node.op == "MaxPool") {
    padding.bottom += beyond[0];
    padding.right += beyond[1];
    op = graph::MaxPool2d{.kernel = kernel, .stride = stride, .padding = padding, .dilation = dilation};
  } else if (kernel == Pair{x.held[1], x.held[2]} && !reads_padding) {
    op = graph::GlobalAvgPool2d{};
  } else {
    const bool counts = call.integer("count_include_pad", 0) != 0;
    op = graph::AvgPool2d{.kernel = kernel,
                          .stride = stride,
                          .padding = padding,
                          .dilation = dilation,
                          .count_include_pad = counts || padding == graph::Sides(),
                          .overhang = beyond};
  }
  const NodeId id = append(std::move(op), {x.node});
  place(node.outputs[0],
        spot_of_channels(id, builder_.shape(id), shape_of(source_, node.outputs[0]), channels));
}

void Lowering::global_pool(const Node& node) {
  const auto [x, channels] = image(input_of(node));
  const NodeId id = append(graph::GlobalAvgPool2d{}, {x.node});
  place(node.outputs[0],
        spot_of_channels(id, builder_.shape(id), shape_of(source_, node.outputs[0]), channels));
}

void Lowering::reduce(const Node& node) {
  const Call call = call_of(node);
  Spot x = input_of(node);
  const auto axes = call.list("axes", 1);
  Shape kept = x.shape;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    bool gone = !axes || axes->empty();
    if (axes) {
      for (const std::int64_t axis : *axes) gone |= Call::axis(axis, kept.size()) == i;
    }
    if (gone) kept[i] = 1;
  }
  if ((!axes || axes->empty()) && call.integer("noop_with_empty_axes", 0) != 0) kept = x.shape;
  if (x.held.size() == 2) {
    x.node = append(graph::Unsqueeze{}, {x.node});
    x.held = builder_.shape(x.node);
  }
  const auto groups = groups_of(x, kept);
  const auto window = x.held.size() == 3 ? window_of(groups, x.held) : std::optional<Pair>();
  if (!window)
    fault(
        "it reduces the axes of {} that are not an image's height, width or both; the nearest is a "
        "reduction of both",
        to_string(x.shape));
  const bool is_whole = *window == Pair{x.held[1], x.held[2]};
  graph::Op op = graph::MaxPool2d{.kernel = *window, .stride = *window};
  if (node.op != "ReduceMax" && is_whole)
    op = graph::GlobalAvgPool2d{};
  else if (node.op != "ReduceMax")
    op = graph::AvgPool2d{.kernel = *window, .stride = *window};
  NodeId id = append(std::move(op), {x.node});
  if (node.op == "ReduceSum") {
    id = append(graph::Affine{.num_parameters = 1, .has_offset = false}, {id});
    set(id, Role::Scale, {static_cast<double>((*window)[0] * (*window)[1])});
  }
  const Shape held = builder_.shape(id);
  std::vector<std::int64_t> index;
  for (const auto& group : groups) {
    const std::int64_t first = *std::ranges::min_element(group);
    const std::int64_t row = first / x.held[2] % x.held[1] / (*window)[0];
    const std::int64_t column = first % x.held[2] / (*window)[1];
    index.push_back((first / x.plane() * held[1] + row) * held[2] + column);
  }
  const Spot result{.node = id, .held = held, .shape = {}};
  place(node.outputs[0], spot_with(result, shape_of(source_, node.outputs[0]), std::move(index)));
}

void Lowering::softmax(const Node& node) {
  const Call call = call_of(node);
  Spot x = input_of(node);
  // Of some of the channels only: these as values of their own.
  if (x.index && std::ssize(*x.index) != element_count(x.held)) x = in_order(x);
  const bool flattens = node.opset < 13;
  const std::size_t axis = Call::axis(call.integer("axis", flattens ? 1 : -1), x.shape.size());
  Shape kept = x.shape;
  for (std::size_t i = axis; i < (flattens ? kept.size() : axis + 1); ++i) kept[i] = 1;
  const auto groups = groups_of(x, kept);
  const std::int64_t plane = x.plane();
  const bool is_by_pixel =
      std::ssize(groups) == plane &&
      std::ranges::all_of(groups, [&](const std::vector<std::int64_t>& group) {
        return std::ssize(group) == x.held[0] && std::ranges::all_of(group, [&](std::int64_t p) {
                 return p % plane == group[0] % plane;
               });
      });
  if (!is_by_pixel && groups.size() == 1) {
    x.node = flattened(x);
    x.held = {element_count(x.held)};
  } else if (!is_by_pixel) {
    fault("its axis {} of {} is not the channels; the nearest is a softmax over the channels", axis,
          to_string(x.shape));
  }
  place_like(node, x, append(graph::Softmax{}, {table_input(x)}));
}

}  // namespace qfx::imports
