// Several values one behind the other along any axis, and places around a value that are taken from
// inside it. Models join along their first axis: what is joined along another is turned, joined and
// turned back.
#include <algorithm>

#include "imports/lower/find_move.h"
#include "imports/lower/lowering.h"
#include "imports/operators/picks.h"

namespace qfx::imports {
namespace {

using graph::NodeId;

// The elements of a value with some of the places along an axis.
Spot with_places(const Spot& value, std::size_t axis, const std::vector<std::int64_t>& places) {
  Picks picks = everything(value.shape);
  picks[axis] = places;
  Tensor index = picked(Tensor::of_integers(value.shape, places_of(value)), picks);
  return spot_with(value, index.shape, std::move(index.integers));
}

// The same value with one of its axes, behind the batch, before the others.
Spot turned(const Spot& value, std::size_t axis) {
  const std::vector<std::int64_t> strides = strides_of(value.shape);
  const std::int64_t size = value.shape[axis], inner = strides[axis];
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(value.size()));
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t outer = 0; outer < value.size(); outer += size * inner)
      for (std::int64_t j = 0; j < inner; ++j) index.push_back(value.at(outer + i * inner + j));
  Shape shape = value.shape;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.begin() + 1, size);
  return spot_with(value, std::move(shape), std::move(index));
}

bool shows_all(const Spot& part) {
  std::vector<std::int64_t> seen = places_of(part);
  std::ranges::sort(seen);
  return std::ssize(seen) == element_count(part.held) &&
         std::ranges::adjacent_find(seen) == seen.end();
}

// But for the first axis of the same sizes: joined as images, else as vectors.
bool are_alike(const std::vector<Spot>& parts) {
  const Shape& first = parts[0].held;
  return std::ranges::all_of(parts, [&](const Spot& part) {
    return part.held.size() == first.size() &&
           std::equal(first.begin() + 1, first.end(), part.held.begin() + 1);
  });
}

// Parts that leave something out as nodes of their own.
std::vector<Spot> as_they_will_lie(std::vector<Spot> parts) {
  for (Spot& part : parts) {
    if (shows_all(part)) continue;
    part.held = Shape(part.shape.begin() + 1, part.shape.end());
    part.index = nullptr;
  }
  return parts;
}

// The value, in a node that is yet to be made of the nodes of the parts.
Spot joined_as_they_lie(const Node& concat, const std::vector<Spot>& parts) {
  Spot whole{.held = parts[0].held};
  const bool alike = are_alike(parts);
  if (!alike) whole.held = {0};
  whole.held[0] = 0;
  std::vector<Tensor> places;
  std::int64_t begin = 0;
  for (const Spot& part : parts) {
    std::vector<std::int64_t> index = places_of(part);
    for (std::int64_t& i : index) i += begin;
    const std::int64_t count = element_count(part.held);
    begin += count;
    whole.held[0] += alike ? part.held[0] : count;
    places.push_back(Tensor::of_integers(part.shape, std::move(index)));
  }
  std::vector<const Tensor*> inputs;
  for (const Tensor& tensor : places) inputs.push_back(&tensor);
  Tensor joined = std::move(evaluate(concat, inputs).at(0));
  return spot_with(whole, std::move(joined.shape), std::move(joined.integers));
}

// Whether a layer that wants the value in order gets it so.
bool can_move(const Spot& value) {
  if (!value.index || channel_map(value)) return true;
  if (value.shape[0] != 1 || value.shape.size() > 4) return true;  // nobody reads it as an image
  return find_move(value.held, Shape(value.shape.begin() + 1, value.shape.end()), *value.index)
      .has_value();
}

}  // namespace

// Parts, all but one axis of the same sizes, as one node; nothing where no kind turns them.
std::optional<Spot> Lowering::joined(const std::vector<Spot>& parts, std::size_t axis) {
  const std::size_t rank = parts[0].shape.size();
  if (axis == 0 || rank > 4 || parts[0].shape[0] != 1) return std::nullopt;
  std::vector<NodeId> nodes;
  Shape shape = parts[0].shape;
  shape[axis] = 0;
  for (const Spot& part : parts) {
    Spot first = turned(part, axis);
    const bool is_there =
        !first.index && std::equal(first.held.begin(), first.held.end(), first.shape.begin() + 1,
                                   first.shape.end());
    if (!is_there) {
      const auto found = moved(first);
      if (!found) return std::nullopt;
      first = *found;
    }
    nodes.push_back(first.node);
    shape[axis] += part.shape[axis];
  }
  const NodeId id = append(graph::Concat{}, std::move(nodes));
  // Where each element of the value lies in what is turned.
  const std::int64_t size = shape[axis], inner = strides_of(shape)[axis];
  const std::int64_t count = element_count(shape), outer = count / size / inner;
  std::vector<std::int64_t> index;
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < size; ++i)
      for (std::int64_t j = 0; j < inner; ++j) index.push_back((i * outer + o) * inner + j);
  const Spot whole{.node = id, .held = builder_.shape(id), .shape = shape};
  return spot_with(whole, std::move(shape), std::move(index));
}

void Lowering::pad(const Node& node) {
  const Pads pads = read_pads(call_of(node));
  if (pads.mode == "constant")
    fault("its input of the shape {} is no image whose sides it extends; the nearest is a Pad of "
          "[N, C, H, W]",
          to_string(input_of(node).shape));
  Spot value = input_of(node);
  for (std::size_t axis = 0; axis < value.shape.size(); ++axis) {
    const std::int64_t before = pads.before[axis], after = pads.after[axis];
    if (before == 0 && after == 0) continue;
    const auto& places = pads.picks[axis];
    std::vector<Spot> parts;
    if (before > 0) parts.push_back(with_places(value, axis, {places.begin(), places.begin() + before}));
    parts.push_back(value);
    if (after > 0) parts.push_back(with_places(value, axis, {places.end() - after, places.end()}));
    const auto result = joined(parts, axis);
    if (!result)
      fault("its input of the shape {} has its values in an order that no layer turns",
            to_string(value.shape));
    value = *result;
  }
  place(node.outputs[0], std::move(value));
}

void Lowering::concat(const Node& node) {
  std::vector<Spot> parts;
  for (const std::string& name : node.inputs) parts.push_back(spot(name));
  // In two axes every order is free to who multiplies it.
  if (parts[0].shape.size() > 2 && !can_move(joined_as_they_lie(node, as_they_will_lie(parts)))) {
    const std::size_t axis = Call::axis(call_of(node).integer("axis", 0), parts[0].shape.size());
    if (auto turned_back = joined(parts, axis)) return place(node.outputs[0], std::move(*turned_back));
  }
  for (Spot& part : parts) {
    if (!shows_all(part)) part = in_order(part);
  }
  Spot result = joined_as_they_lie(node, parts);
  std::vector<NodeId> nodes;
  for (const Spot& part : parts) nodes.push_back(are_alike(parts) ? part.node : flattened(part));
  result.node = append(graph::Concat{}, std::move(nodes));
  place(node.outputs[0], std::move(result));
}

}  // namespace qfx::imports
