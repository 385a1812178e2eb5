#include "imports/lower/spot.h"

#include <numeric>
#include <utility>

#include "imports/operators/call.h"

namespace qfx::imports {

bool Spot::same_places(const Spot& other) const {
  if (held != other.held || size() != other.size()) return false;
  return index == other.index || (index && other.index && *index == *other.index);
}

std::vector<std::int64_t> places_of(const Spot& spot) {
  if (spot.index) return *spot.index;
  std::vector<std::int64_t> index(static_cast<std::size_t>(spot.size()));
  std::iota(index.begin(), index.end(), 0);
  return index;
}

Spot spot_with(const Spot& spot, Shape shape, std::vector<std::int64_t> index) {
  Spot result{.node = spot.node, .held = spot.held, .shape = std::move(shape)};
  bool in_order = std::ssize(index) == element_count(spot.held);
  for (std::size_t i = 0; in_order && i < index.size(); ++i)
    in_order = index[i] == static_cast<std::int64_t>(i);
  if (!in_order) result.index = std::make_shared<const std::vector<std::int64_t>>(std::move(index));
  return result;
}

std::optional<std::vector<std::int64_t>> channel_map(const Spot& spot) {
  if (spot.shape.size() < 2 || spot.shape[0] != 1) return std::nullopt;
  const std::int64_t channels = spot.shape[1], plane = spot.size() / channels;
  if (plane != spot.plane()) return std::nullopt;
  std::vector<std::int64_t> map;
  for (std::int64_t c = 0; c < channels; ++c) {
    const std::int64_t first = spot.at(c * plane);
    if (first % plane != 0) return std::nullopt;
    map.push_back(first / plane);
    for (std::int64_t p = 1; spot.index && p < plane; ++p) {
      if (spot.at(c * plane + p) != first + p) return std::nullopt;
    }
  }
  return map;
}

Spot spot_of_channels(graph::NodeId node, Shape held, Shape shape,
                      const std::vector<std::int64_t>& channels) {
  Spot spot{.node = node, .held = std::move(held), .shape = std::move(shape)};
  const std::int64_t plane = spot.plane();
  bool in_order = std::ssize(channels) == spot.held[0];
  for (std::size_t c = 0; in_order && c < channels.size(); ++c)
    in_order = channels[c] == static_cast<std::int64_t>(c);
  if (in_order) return spot;
  std::vector<std::int64_t> index;
  for (const std::int64_t channel : channels) {
    for (std::int64_t p = 0; p < plane; ++p) index.push_back(channel * plane + p);
  }
  return spot_with(spot, spot.shape, std::move(index));
}

std::optional<std::vector<double>> by_channel(const Spot& spot, const Tensor& constant,
                                              double usual) {
  if (constant.shape.size() > spot.shape.size() ||
      broadcast(constant.shape, spot.shape) != spot.shape)
    return std::nullopt;
  // Nearly all: channels first, and a constant that lies along them.
  Shape along(spot.shape.size() - 1, 1);
  if (!along.empty()) along[0] = spot.held[0];
  if (!spot.index && spot.shape.size() > 1 && spot.shape[1] == spot.held[0] &&
      (constant.size() == 1 || constant.shape == along)) {
    std::vector<double> values;
    for (std::int64_t c = 0; c < spot.held[0]; ++c)
      values.push_back(constant.real(constant.size() == 1 ? 0 : c));
    return values;
  }
  const auto from = broadcast_index(constant.shape, spot.shape);
  std::vector<std::optional<double>> found(static_cast<std::size_t>(spot.held[0]));
  const std::int64_t plane = spot.plane();
  for (std::int64_t i = 0; i < spot.size(); ++i) {
    auto& entry = found[spot.at(i) / plane];
    const double value = constant.real(from[i]);
    if (entry && *entry != value) return std::nullopt;
    entry = value;
  }
  std::vector<double> values;
  for (const auto& entry : found) values.push_back(entry.value_or(usual));
  return values;
}

}  // namespace qfx::imports
