#include <algorithm>
#include <set>
#include <tuple>

#include "imports/lower/lowering.h"
#include "imports/operators/window.h"

namespace qfx::imports {
namespace {

using graph::NodeId;
using graph::Role;

constexpr std::int64_t kMostWeights = std::int64_t{1} << 27;

// Whether another order of the channels costs nothing in the weights: all are there, and no group
// gets others' channels.
bool goes_into_weights(const std::vector<std::int64_t>& channels, std::int64_t held,
                       std::int64_t depth, std::int64_t groups) {
  const bool stays = groups == 1 || (depth == 1 && groups == std::ssize(channels));
  return stays && std::ssize(channels) == held &&
         std::set(channels.begin(), channels.end()).size() == channels.size();
}

}  // namespace

void Lowering::conv(const Node& node) {
  const Call call = call_of(node);
  const Tensor* weight = known(node.inputs.at(1));
  if (weight == nullptr) fault("its weight is computed from the samples; it must be a constant");
  const Tensor* bias =
      node.inputs.size() > 2 && !node.inputs[2].empty() ? known(node.inputs[2]) : nullptr;
  if (call.has(2) && bias == nullptr) fault("its bias is computed from the samples");
  const auto given =
      read_windows(call, input_of(node).shape, {weight->shape.begin() + 2, weight->shape.end()});
  const std::int64_t outputs = weight->shape[0], depth = weight->shape[1];
  const std::int64_t groups = call.integer("group", 1);
  auto [x, channels] = image(input_of(node));
  if (!goes_into_weights(channels, x.held[0], depth, groups)) {
    if (const auto found = moved(input_of(node))) std::tie(x, channels) = image(*found);
  }
  // A sequence may lie along either side of its image.
  std::vector<WindowAxis> windows = as_plane(given);
  if (given.size() == 1 && x.held[2] == 1 && x.held[1] != 1) std::swap(windows[0], windows[1]);

  const std::int64_t taps = windows[0].kernel * windows[1].kernel, held = x.held[0];
  bool is_in_order = held == std::ssize(channels);
  for (std::size_t c = 0; is_in_order && c < channels.size(); ++c)
    is_in_order = channels[c] == static_cast<std::int64_t>(c);
  const bool is_depthwise = depth == 1 && groups == std::ssize(channels) && !is_in_order;
  graph::Conv2d op{.out_channels = outputs,
                   .kernel = {windows[0].kernel, windows[1].kernel},
                   .stride = {windows[0].stride, windows[1].stride},
                   .padding = {windows[0].before, windows[1].before, windows[0].after,
                               windows[1].after},
                   .dilation = {windows[0].dilation, windows[1].dilation},
                   .groups = groups,
                   .has_bias = bias != nullptr};
  std::vector<std::int64_t> order;  // the model's channel of each output channel
  for (std::int64_t o = 0; o < outputs; ++o) order.push_back(o);
  std::vector<double> values = weight->reals, added;
  if (bias != nullptr) added = bias->reals;
  if (is_depthwise) {
    // Each channel stays where it is.
    const std::int64_t each = outputs / groups;
    op.groups = held;
    op.out_channels = held * each;
    values.assign(static_cast<std::size_t>(op.out_channels * taps), 0);
    added.assign(bias == nullptr ? 0 : static_cast<std::size_t>(op.out_channels), 0);
    for (std::int64_t o = 0; o < outputs; ++o) {
      order[o] = channels[o / each] * each + o % each;
      for (std::int64_t tap = 0; tap < taps; ++tap)
        values[order[o] * taps + tap] = weight->reals[o * taps + tap];
      if (bias != nullptr) added[order[o]] = bias->reals[o];
    }
  } else if (!is_in_order) {
    // The order goes into the weight; groups that it mixes become one.
    op.groups = 1;
    if (outputs * held * taps > kMostWeights) fault("its input's channels are in another order");
    values.assign(static_cast<std::size_t>(outputs * held * taps), 0);
    for (std::int64_t o = 0; o < outputs; ++o) {
      const std::int64_t first = o / (outputs / groups) * depth;
      for (std::int64_t c = 0; c < depth; ++c) {
        for (std::int64_t tap = 0; tap < taps; ++tap)
          values[(o * held + channels[first + c]) * taps + tap] +=
              weight->reals[(o * depth + c) * taps + tap];
      }
    }
  }
  op.binary = is_bipolar(node.inputs[1], values);
  const NodeId id = append(op, {x.node});
  set(id, Role::Weight, values);
  if (bias != nullptr) set(id, Role::Bias, added);
  set_grid(id, Role::Weight, node.inputs[1], 0, order);
  if (bias != nullptr) set_grid(id, Role::Bias, node.inputs[2], 0, order);
  place(node.outputs[0],
        spot_of_channels(id, builder_.shape(id), shape_of(source_, node.outputs[0]), order));
}

// Whether the file has the weight as signs, and it still is nothing but these.
bool Lowering::is_bipolar(const std::string& constant, const std::vector<double>& values) const {
  const auto found = source_.grids.find(constant);
  return found != source_.grids.end() && found->second.is_bipolar &&
         std::ranges::all_of(values, [](double w) { return w == 1 || w == -1; });
}

void Lowering::product(const Node& node) {
  const Tensor* weight = known(node.inputs.at(1));
  if (weight == nullptr || weight->shape.size() != 2)
    fault("its second input is {}; the nearest is a constant matrix",
          weight == nullptr ? std::string("computed from the samples") : to_string(weight->shape));
  const bool is_gemm = node.op == "Gemm";
  if (is_gemm && (node.attributes.size() != 1 || !node.attributes.contains("transB")))
    fault("what it adds, or its transA, cannot be said by a linear layer");
  Tensor plain = *weight;
  if (!is_gemm) {
    const std::int64_t inputs = weight->shape[0], outputs = weight->shape[1];
    plain.shape = {outputs, inputs};
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t i = 0; i < inputs; ++i)
        plain.reals[o * inputs + i] = weight->reals[i * outputs + o];
    }
  }
  const Tensor* bias =
      node.inputs.size() > 2 && !node.inputs[2].empty() ? known(node.inputs[2]) : nullptr;
  const NodeId id =
      dense(input_of(node), plain, bias, shape_of(source_, node.outputs[0]), node.outputs[0],
            node.inputs[1]);
  std::vector<std::int64_t> order;
  for (std::int64_t o = 0; o < plain.shape[0]; ++o) order.push_back(o);
  set_grid(id, Role::Weight, node.inputs[1], is_gemm ? 0 : 1, order);
  if (bias != nullptr) set_grid(id, Role::Bias, node.inputs[2], 0, order);
}

// weight [outputs, inputs] times the last axis of x: a linear layer, or at each of several places a
// convolution of one tap.
NodeId Lowering::dense(const Spot& x, const Tensor& weight, const Tensor* bias, const Shape& shape,
                       const std::string& output, const std::string& name) {
  const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  const std::int64_t places = x.size() / inputs, held = element_count(x.held);
  if (places == 1) {
    if (const Spot less = compact(x); less.node != x.node)
      return dense(less, weight, bias, shape, output, name);
    const NodeId vector = flattened(x);
    if (outputs * held > kMostWeights) fault("its weight would have {} entries", outputs * held);
    std::vector<double> values(static_cast<std::size_t>(outputs * held), 0);
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t i = 0; i < inputs; ++i)
        values[o * held + x.at(i)] += weight.reals[o * inputs + i];
    }
    const NodeId id =
        append(graph::Linear{.out_features = outputs,
                             .has_bias = bias != nullptr,
                             .binary = is_bipolar(name, values)},
               {vector});
    set(id, Role::Weight, values);
    if (bias != nullptr) set(id, Role::Bias, bias->reals);
    place(output, {.node = id, .held = {outputs}, .shape = shape});
    return id;
  }
  // Place r and input i of the value are channel channels[i] of the pixel pixels[r].
  const std::int64_t plane = x.plane();
  std::vector<std::int64_t> channels, pixels;
  for (std::int64_t i = 0; i < inputs; ++i) channels.push_back(x.at(i) / plane);
  for (std::int64_t r = 0; r < places; ++r) pixels.push_back(x.at(r * inputs) % plane);
  bool fits = x.held.size() >= 2 && plane == places;
  for (std::int64_t r = 0; fits && r < places; ++r) {
    for (std::int64_t i = 0; fits && i < inputs; ++i)
      fits = x.at(r * inputs + i) == channels[i] * plane + pixels[r];
  }
  if (!fits)
    fault(
        "it multiplies the last axis of {}, which is not the channels of its input; the nearest is "
        "a vector, or channels last",
        to_string(x.shape));
  const auto [pixel, unused] =
      image({.node = x.node,
             .held = x.held,
             .shape = x.held.size() == 3 ? Shape{1, x.held[0], x.held[1], x.held[2]}
                                         : Shape{1, x.held[0], x.held[1]}});
  std::vector<double> values(static_cast<std::size_t>(outputs * x.held[0]), 0);
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t i = 0; i < inputs; ++i)
      values[o * x.held[0] + channels[i]] += weight.reals[o * inputs + i];
  }
  const NodeId id =
      append(graph::Conv2d{.out_channels = outputs,
                           .has_bias = bias != nullptr,
                           .binary = is_bipolar(name, values)},
             {pixel.node});
  set(id, Role::Weight, values);
  if (bias != nullptr) set(id, Role::Bias, bias->reals);
  Spot result{.node = id, .held = builder_.shape(id), .shape = shape};
  std::vector<std::int64_t> index;
  for (std::int64_t r = 0; r < places; ++r) {
    for (std::int64_t o = 0; o < outputs; ++o) index.push_back(o * plane + pixels[r]);
  }
  place(output, spot_with(result, shape, std::move(index)));
  return id;
}

}  // namespace qfx::imports
