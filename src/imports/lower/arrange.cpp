// Values in another order or of another shape.
#include <algorithm>

#include "imports/lower/find_move.h"
#include "imports/lower/lowering.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

constexpr std::int64_t kMostPicks = std::int64_t{1} << 22;

// [1, ..., C] of the node's [C, ...].
bool is_channels_last(const Spot& spot) {
  const std::int64_t channels = spot.held[0], plane = spot.plane();
  if (spot.shape.back() != channels || spot.size() != channels * plane) return false;
  for (std::int64_t i = 0; i < spot.size(); ++i) {
    if (spot.at(i) != i % channels * plane + i / channels) return false;
  }
  return true;
}

}  // namespace

void Lowering::arrange(const Node& node) {
  const Spot x = input_of(node);
  const Call call = call_of(node);
  std::vector<const Tensor*> inputs = call.inputs;
  const Tensor index = Tensor::of_integers(x.shape, places_of(x));
  inputs[0] = &index;
  std::vector<Tensor> outputs = evaluate(node, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    place(node.outputs[i], spot_with(x, outputs[i].shape, std::move(outputs[i].integers)));
  }
}

NodeId Lowering::flattened(const Spot& spot) {
  if (spot.held.size() == 1) return spot.node;
  const auto found = flat_.find(spot.node);
  if (found != flat_.end()) return found->second;
  return flat_[spot.node] = append(graph::Flatten{}, {spot.node});
}

std::pair<Spot, std::vector<std::int64_t>> Lowering::image(const Spot& given) {
  Spot spot = given;
  auto channels = channel_map(spot);
  if (!channels) {
    if (const auto found = moved(spot)) spot = *found;
    channels = channel_map(spot);
  }
  const Shape& shape = spot.shape;
  if (!channels && (shape.size() == 3 || shape.size() == 4))
    fault(
        "its input of the shape {} takes its values in an order that no layer makes; of a Resize "
        "the "
        "nearest is one that repeats every pixel equally often",
        to_string(shape));
  if (!channels || shape.size() < 3 || shape.size() > 4)
    fault("its input of the shape {} has its axes in another order than [N, C, H, W]",
          to_string(shape));
  Spot result = spot;
  if (result.held.size() == 2) {
    const auto found = image_.find(spot.node);
    result.node = found != image_.end()
                      ? found->second
                      : image_[spot.node] = append(graph::Unsqueeze{}, {spot.node});
    result.held = builder_.shape(result.node);
  }
  const bool is_image = result.held.size() == 3;
  const bool fits =
      is_image && (shape.size() == 4 ? shape[2] == result.held[1] && shape[3] == result.held[2]
                                     : result.held[1] == 1 || result.held[2] == 1);
  if (!fits)
    fault("its input of the shape {} is made of {}, which is no such image", to_string(shape),
          to_string(spot.held));
  return {result, *channels};
}

std::optional<Spot> Lowering::moved(const Spot& spot) {
  for (const auto& [from, to] : moved_)
    if (from.node == spot.node && from.shape == spot.shape && from.same_places(spot)) return to;
  Shape shape = spot.shape;
  if (shape.size() > 1 && shape.size() < 5 && shape[0] == 1)
    shape.erase(shape.begin());
  else
    shape = {spot.size()};
  const auto op = find_move(spot.held, shape, places_of(spot));
  if (!op) return std::nullopt;
  const NodeId id = append(*op, {spot.node});
  const Spot result{.node = id, .held = builder_.shape(id), .shape = spot.shape};
  moved_.emplace_back(spot, result);
  return result;
}

Spot Lowering::compact(const Spot& spot) {
  if (!spot.index || spot.size() >= element_count(spot.held)) return spot;
  return moved(spot).value_or(spot);
}

Spot Lowering::in_order(const Spot& spot) {
  if (!spot.index) return spot;
  if (const auto found = moved(spot)) return *found;
  const auto channels = channel_map(spot);
  if (channels && spot.held.size() == 3) {
    const auto count = std::ssize(*channels);
    std::vector<double> picks(static_cast<std::size_t>(count * spot.held[0]), 0);
    for (std::int64_t c = 0; c < count; ++c) picks[c * spot.held[0] + (*channels)[c]] = 1;
    const NodeId id = append(graph::Conv2d{.out_channels = count}, {spot.node});
    set(id, Role::Weight, picks);
    return {.node = id, .held = builder_.shape(id), .shape = spot.shape};
  }
  const std::int64_t from = element_count(spot.held), to = spot.size();
  if (from * to > kMostPicks)
    fault("the order of its values {} differs from that of the image {} that they are made of",
          to_string(spot.shape), to_string(spot.held));
  std::vector<double> picks(static_cast<std::size_t>(from * to), 0);
  for (std::int64_t i = 0; i < to; ++i) picks[i * from + spot.at(i)] = 1;
  const NodeId id = append(graph::Linear{.out_features = to, .has_bias = false}, {flattened(spot)});
  set(id, Role::Weight, picks);
  return {.node = id, .held = {to}, .shape = spot.shape};
}

void Lowering::arrange_outputs() {
  for (const std::string& name : source_.outputs) arrange_output(name);
}

void Lowering::arrange_output(const std::string& name) {
  Spot out = spots_.at(name);
  const Node* maker = links_.maker(name);
  current_ = maker;
  moved_.clear();  // the output is the last node
  try {
    if (out.index && !is_channels_last(out)) out = in_order(out);
    if (out.node == 0) out.node = append(graph::Cast{}, {0});
  } catch (const NodeFault& fault) {
    if (maker != nullptr) refuse(source_, *maker, fault.what());
    user_error("the output {} {}", in_quotes(name), fault.what());
  }
  result_.outputs.push_back({out.node, out.shape, places_of(out)});
}

}  // namespace qfx::imports
