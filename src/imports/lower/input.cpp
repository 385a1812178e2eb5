// In which order the model takes the network's input.
#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "imports/lower/lowering.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, op) != names.end();
}

// What the first layer that asks for an order reads.
struct First {
  Tensor places;  // of the value that it reads, in the input
  bool channels_last = false;
};

bool wants_channels_last(const Source& source, const Node& node) {
  const Shape& shape = shape_of(source, node.inputs[0]);
  if (node.op == "MatMul") return shape.size() > 2;
  if (node.op != "ReduceMean" && node.op != "ReduceMax" && node.op != "ReduceSum") return false;
  // A mean over everything but the last axis.
  return shape.size() > 2 && shape_of(source, node.outputs[0]).back() == shape.back() &&
         element_count(shape_of(source, node.outputs[0])) == shape.back();
}

// Follows the input through what only moves its values, or works on each by itself, to the first
// layer that does more.
std::optional<First> first_layer(const Source& source, const std::string& value,
                                 const Tensor& places, int depth) {
  if (depth > 64) return std::nullopt;
  for (const Node& node : source.nodes) {
    if (node.inputs.empty() || node.inputs[0] != value) continue;
    const bool arranges =
        is_one_of(node.op, {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"});
    const bool keeps = is_one_of(node.op, {"Add", "Mul", "Clip", "Relu", "Neg", "Abs", "Quant"}) &&
                       shape_of(source, node.outputs[0]) == shape_of(source, value);
    if (arranges) {
      std::vector<const Tensor*> inputs{&places};
      for (std::size_t i = 1; i < node.inputs.size(); ++i)
        inputs.push_back(constant(source, node.inputs[i]));
      const Tensor moved = evaluate(node, inputs).at(0);
      if (const auto found = first_layer(source, node.outputs[0], moved, depth + 1)) return found;
    } else if (keeps) {
      if (const auto found = first_layer(source, node.outputs[0], places, depth + 1)) return found;
    } else if (is_one_of(node.op, {"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "MatMul",
                                   "BatchNormalization", "ReduceMean", "ReduceMax", "ReduceSum"})) {
      return First{.places = places, .channels_last = wants_channels_last(source, node)};
    }
  }
  return std::nullopt;
}

}  // namespace

void Lowering::arrange_input() {
  const SourceInput& input = source_.inputs.at(0);
  const Shape& shape = input.shape.value();
  std::vector<std::int64_t> order(static_cast<std::size_t>(element_count(shape)));
  std::iota(order.begin(), order.end(), 0);
  Tensor places = Tensor::of_integers(shape, order);
  bool channels_last = false;
  try {
    if (const auto first = first_layer(source_, input.name, places, 0)) {
      places = first->places;
      channels_last = first->channels_last;
    }
  } catch (const NodeFault&) {
    // The node says it again where it is lowered.
  }
  // places: in the order that the first layer wants, where each element is in the input.
  Shape held = places.shape;
  if (held.size() > 1) held.erase(held.begin());
  if (held.size() > 3 || held.empty() || places.shape[0] != 1) {
    held = {element_count(shape)};
    places = Tensor::of_integers(shape, order);
  } else if (channels_last && held.size() > 1) {
    const std::int64_t channels = held.back(), plane = element_count(held) / channels;
    Tensor turned = places;
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t p = 0; p < plane; ++p)
        turned.integers[c * plane + p] = places.integers[p * channels + c];
    }
    places = turned;
    held.insert(held.begin(), channels);
    held.pop_back();
  }
  const graph::NodeId id = builder_.input(held, {.signed_samples = true});
  origins_.emplace_back();
  ops_.emplace_back(graph::Input{});
  std::vector<std::int64_t> index(order.size());
  for (std::size_t j = 0; j < order.size(); ++j)
    index[places.integers[j]] = static_cast<std::int64_t>(j);
  result_.input_shape = shape;
  result_.input_index = index;
  place(input.name, spot_with({.node = id, .held = held, .shape = shape}, shape, std::move(index)));
}

}  // namespace qfx::imports
