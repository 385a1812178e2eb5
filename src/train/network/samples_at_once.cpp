#include "train/network/samples_at_once.h"

#include <algorithm>

namespace qfx::train {
namespace {

constexpr std::int64_t kBytes = std::int64_t{256} << 20;

// What one sample takes in a layer: its inputs, its result before and after the cast, and what is
// on the way from one to the other.
std::int64_t values_in(const Network& network, const graph::Node& node) {
  std::int64_t values = 3 * graph::element_count(node.shape);
  for (const graph::NodeId input : node.inputs)
    values += graph::element_count(network.node(input).shape);
  if (const auto* conv = std::get_if<graph::Conv2d>(&node.op)) {
    const std::int64_t places = graph::element_count(node.shape) / node.shape[0];
    values += places * network.node(node.inputs[0]).shape[0] * conv->kernel[0] * conv->kernel[1];
  }
  return values;
}

}  // namespace

std::int64_t samples_at_once(const Network& network, std::int64_t most) {
  std::int64_t values = 1;
  for (const graph::Node& node : network.nodes())
    values = std::max(values, values_in(network, node));
  const std::int64_t bytes = values * (network.carrier_type() == at::kDouble ? 8 : 4);
  return std::clamp<std::int64_t>(kBytes / bytes, 1, std::max<std::int64_t>(most, 1));
}

}  // namespace qfx::train
