// Sums, means and largest elements along axes: over an image's height and width a pool, over channels
// a convolution of one tap or a tournament of maxima, over both one after the other.
#include "imports/lower/reduced.h"

#include <algorithm>
#include <map>
#include <set>

#include "imports/lower/lowering.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Pair;
using graph::Role;

// The window that all groups are: of an image, its whole, its columns or its rows.
std::optional<Pair> window_of(const std::vector<Group>& groups, const Shape& image) {
  const std::int64_t height = image[1], width = image[2], plane = height * width;
  for (const Pair& window : {Pair{height, width}, Pair{height, 1}, Pair{1, width}}) {
    const bool fits = std::ranges::all_of(groups, [&](const Group& group) {
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

// Groups within a pixel: sets of channels, and of each group which set it is, at which pixel.
struct Pixels {
  std::vector<Group> sets;
  std::vector<std::int64_t> index;  // set * plane + pixel
};

std::optional<Pixels> within_pixels(const std::vector<Group>& groups, std::int64_t plane) {
  Pixels result;
  std::map<Group, std::int64_t> known;
  for (const Group& group : groups) {
    const std::int64_t pixel = group[0] % plane;
    Group channels;
    for (const std::int64_t place : group) {
      if (place % plane != pixel) return std::nullopt;
      channels.push_back(place / plane);
    }
    std::ranges::sort(channels);
    const auto [entry, is_new] = known.emplace(channels, std::ssize(known));
    if (is_new) result.sets.push_back(channels);
    result.index.push_back(entry->second * plane + pixel);
  }
  return result;
}

// Groups of whole planes as groups of channels.
std::optional<std::vector<Group>> of_planes(const std::vector<Group>& groups, std::int64_t plane) {
  std::vector<Group> result;
  for (const Group& group : groups) {
    std::map<std::int64_t, std::set<std::int64_t>> seen;  // by channel
    for (const std::int64_t place : group) seen[place / plane].insert(place % plane);
    if (std::ssize(group) != std::ssize(seen) * plane) return std::nullopt;
    result.emplace_back();
    for (const auto& [channel, pixels] : seen) {
      if (std::ssize(pixels) != plane) return std::nullopt;
      result.back().push_back(channel);
    }
  }
  return result;
}

}  // namespace

std::vector<Group> groups_of(const Spot& x, const Shape& kept) {
  const auto to = broadcast_index(kept, x.shape);
  std::vector<Group> groups(static_cast<std::size_t>(element_count(kept)));
  for (std::int64_t i = 0; i < x.size(); ++i) groups[to[i]].push_back(x.at(i));
  return groups;
}

// By a pool whose window is the groups.
NodeId Lowering::reduced_windows(const std::string& op, NodeId from, const Pair& window) {
  const Shape held = builder_.shape(from);
  graph::Op pool = graph::MaxPool2d{.kernel = window, .stride = window};
  if (op != "ReduceMax" && window == Pair{held[1], held[2]})
    pool = graph::GlobalAvgPool2d{};
  else if (op != "ReduceMax")
    pool = graph::AvgPool2d{.kernel = window, .stride = window};
  NodeId id = append(std::move(pool), {from});
  if (op == "ReduceSum" && window[0] * window[1] > 1) {
    id = append(graph::Affine{.num_parameters = 1, .has_offset = false}, {id});
    set(id, Role::Scale, {static_cast<double>(window[0] * window[1])});
  }
  return id;
}

// At every pixel a channel for each set of channels.
NodeId Lowering::reduced_channels(const std::string& op, NodeId from,
                                  const std::vector<Group>& sets) {
  if (op == "ReduceMax") return largest_channels(from, sets);
  const Shape held = builder_.shape(from);
  const std::int64_t outputs = std::ssize(sets);
  std::vector<double> weights(static_cast<std::size_t>(outputs * held[0]), 0);
  for (std::int64_t o = 0; o < outputs; ++o) {
    const double share = op == "ReduceMean" ? 1 / static_cast<double>(sets[o].size()) : 1;
    for (const std::int64_t c : sets[o]) weights[o * held[0] + c] += share;
  }
  const NodeId id =
      held.size() == 1
          ? append(graph::Linear{.out_features = outputs, .has_bias = false}, {from})
          : append(graph::Conv2d{.out_channels = outputs}, {from});
  set(id, Role::Weight, weights);
  return id;
}

// The larger of both halves, until one is left. A maximum may see a channel twice: where they are odd,
// the halves overlap.
NodeId Lowering::largest_channels(NodeId from, const std::vector<Group>& sets) {
  const bool alike = std::ranges::all_of(
      sets, [&](const Group& group) { return group.size() == sets[0].size(); });
  if (!alike) fault("it reduces groups of channels of several sizes; the nearest are equal ones");
  std::vector<Group> rows(sets[0].size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (const Group& group : sets) rows[row].push_back(group[row]);
  NodeId id = from;
  do {
    const Shape held = builder_.shape(id);
    const auto half = (rows.size() + 1) / 2;
    const auto part = [&](std::size_t begin) {
      std::vector<std::int64_t> channels;
      for (std::size_t row = begin; row < begin + half; ++row)
        channels.insert(channels.end(), rows[row].begin(), rows[row].end());
      Shape shape = held;
      shape[0] = std::ssize(channels);
      shape.insert(shape.begin(), 1);
      return in_order(spot_of_channels(id, held, std::move(shape), channels)).node;
    };
    const NodeId first = part(0);
    id = rows.size() == 1 ? first : append(graph::Maximum{}, {first, part(rows.size() - half)});
    rows.resize(half);
    std::int64_t next = 0;
    for (Group& row : rows)
      for (std::int64_t& channel : row) channel = next++;
  } while (rows.size() > 1);
  return id;
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
  auto groups = groups_of(x, kept);
  std::vector<std::int64_t> index;
  NodeId id = x.node;
  if (const auto window = x.held.size() == 3 ? window_of(groups, x.held) : std::optional<Pair>()) {
    id = reduced_windows(node.op, id, *window);
    const Shape held = builder_.shape(id);
    for (const Group& group : groups) {
      const std::int64_t first = *std::ranges::min_element(group);
      const std::int64_t row = first / x.held[2] % x.held[1] / (*window)[0];
      const std::int64_t column = first % x.held[2] / (*window)[1];
      index.push_back((first / x.plane() * held[1] + row) * held[2] + column);
    }
  } else {
    std::int64_t plane = x.plane();
    auto pixels = within_pixels(groups, plane);
    if (!pixels) {
      if (const auto channels = of_planes(groups, plane)) {
        id = reduced_windows(node.op, id, {x.held[1], x.held[2]});
        pixels = within_pixels(*channels, 1);
      }
    }
    if (!pixels)
      fault(
          "it reduces the axes of {} that are not an image's channels, height, width or all of them; "
          "the nearest is a reduction of height and width",
          to_string(x.shape));
    id = reduced_channels(node.op, id, pixels->sets);
    index = std::move(pixels->index);
  }
  const Spot result{.node = id, .held = builder_.shape(id), .shape = {}};
  place(node.outputs[0], spot_with(result, shape_of(source_, node.outputs[0]), std::move(index)));
}

}  // namespace qfx::imports
