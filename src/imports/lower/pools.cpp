#include <algorithm>

#include "imports/lower/lowering.h"
#include "imports/lower/reduced.h"
#include "imports/operators/window.h"

namespace qfx::imports {

using graph::NodeId;
using graph::Pair;

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
      std::ranges::all_of(groups, [&](const Group& group) {
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
