// Operands that are repeated along others, both computed from the samples.
#include <algorithm>

#include "imports/lower/find_move.h"
#include "imports/lower/lowering.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

// Element i of the value is one number a channel, in order.
bool lies_along_channels(const std::vector<std::int64_t>& from, const Shape& shape) {
  const std::int64_t plane = std::ssize(from) / shape[1];
  for (std::int64_t i = 0; i < std::ssize(from); ++i) {
    if (from[i] != i / plane) return false;
  }
  return true;
}

}  // namespace

// The product of an image with one value a channel: squeeze and excitation.
bool Lowering::gate(const Node& node) {
  const Shape& shape = shape_of(source_, node.outputs[0]);
  for (const std::size_t i : {0, 1}) {
    Spot image = spot(node.inputs[i]), gate = spot(node.inputs[1 - i]);
    if (image.shape != shape || image.held.size() < 2 || image.plane() == 1) continue;
    const auto from = broadcast_index(gate.shape, shape);
    bool fits = element_count(gate.held) == image.held[0];
    for (std::int64_t at = 0; fits && at < std::ssize(from); ++at)
      fits = gate.at(from[at]) == image.at(at) / image.plane();
    if (!fits) {
      // In its own order, or of channels that were shuffled: as values of their own.
      const bool can_order = gate.size() == shape[1] && lies_along_channels(from, shape);
      if (!can_order) continue;
      image = in_order(image);
      gate = in_order(gate);
      const bool is_image = image.held.size() >= 2 && image.held[0] == shape[1];
      if (!is_image || element_count(gate.held) != shape[1]) continue;
    }
    const NodeId factors = gate.held[0] == image.held[0] ? gate.node : flattened(gate);
    place_like(node, image, append(graph::Gate{}, {image.node, factors}));
    return true;
  }
  return false;
}

// One channel for all channels of an image: a convolution with ones repeats it.
std::optional<Spot> Lowering::repeated_along_channels(const Spot& one, const Spot& image) {
  if (one.index || image.index || image.held.size() != 3 || one.held.size() != 3)
    return std::nullopt;
  const bool fits = one.held == Shape{1, image.held[1], image.held[2]} && image.shape.size() == 4 &&
                    image.shape[1] == image.held[0];
  const auto from = broadcast_index(one.shape, image.shape);
  const std::int64_t plane = image.plane();
  for (std::int64_t i = 0; fits && i < std::ssize(from); ++i) {
    if (from[i] != i % plane) return std::nullopt;
  }
  if (!fits) return std::nullopt;
  const NodeId id = append(graph::Conv2d{.out_channels = image.held[0]}, {one.node});
  set(id, Role::Weight, std::vector<double>(static_cast<std::size_t>(image.held[0]), 1));
  return Spot{.node = id, .held = image.held, .shape = image.shape};
}

// A value that broadcasts to `shape` as a node that repeats it, in the order of the other operand where
// that one has the shape.
std::optional<Spot> Lowering::repeated(const Spot& one, const Spot& other, const Shape& shape) {
  if (one.shape == shape) return one;
  const auto from = broadcast_index(one.shape, shape);
  std::vector<std::int64_t> places(from.size(), -1);
  const bool follows = other.shape == shape && element_count(other.held) == other.size();
  for (std::int64_t i = 0; i < std::ssize(from); ++i)
    places[follows ? other.at(i) : i] = one.at(from[i]);
  if (!follows) return moved(spot_with(one, shape, std::move(places)));
  const bool is_whole = std::ranges::find(places, -1) == places.end();
  const auto op = is_whole ? find_move(one.held, other.held, places) : std::nullopt;
  if (!op) return std::nullopt;
  Spot result = other;
  result.node = append(*op, {one.node});
  return result;
}

}  // namespace qfx::imports
