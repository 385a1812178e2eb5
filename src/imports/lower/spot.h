// Where the elements of a source's value lie in the model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/imports/tensor.h"

namespace qfx::imports {

struct Spot {
  graph::NodeId node = -1;
  Shape held;   // the shape of that node
  Shape shape;  // of the value, batch included
  // Element i of the value is element index[i] of the node's output. Null: i itself, and there are
  // equally many.
  std::shared_ptr<const std::vector<std::int64_t>> index = nullptr;

  std::int64_t at(std::int64_t i) const { return index ? (*index)[i] : i; }
  std::int64_t size() const { return element_count(shape); }
  // Elements of a channel of the node.
  std::int64_t plane() const { return element_count(held) / held[0]; }
  bool same_places(const Spot& other) const;
};

// Of all elements of the value, in its order.
std::vector<std::int64_t> places_of(const Spot& spot);

// With these places; null where they are all in order.
Spot spot_with(const Spot& spot, Shape shape, std::vector<std::int64_t> index);

// The node's channel that each channel of the value is, where the value is [1, C, ...] and each of
// its planes one of the node's, in order.
std::optional<std::vector<std::int64_t>> channel_map(const Spot& spot);

// A value [1, channels.size(), ...] whose channels are these of the node.
Spot spot_of_channels(graph::NodeId node, Shape held, Shape shape,
                      const std::vector<std::int64_t>& channels);

// One number for each channel of the node, where the constant, broadcast to the value, gives all
// elements of a channel the same. A channel that the value does not show gets `usual`.
std::optional<std::vector<double>> by_channel(const Spot& spot, const Tensor& constant,
                                              double usual);

}  // namespace qfx::imports
