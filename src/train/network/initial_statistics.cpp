#include "train/network/initial_statistics.h"

#include <algorithm>

#include "train/network/float_forward.h"

namespace qfx::train {
namespace {

double momentum_of(const Network& network, const Layer& layer) {
  return std::get<graph::BatchNorm>(network.node(layer.id).op).momentum;
}

bool is_new(const Layer& layer) {
  return layer.running_mean.eq(0).all().item<bool>() && layer.running_var.eq(1).all().item<bool>();
}

}  // namespace

void take_initial_statistics(Network& network, const at::Tensor& samples) {
  const at::NoGradGuard no_grad;
  std::vector<Layer*> norms;
  for (Layer& layer : network.layers()) {
    if (layer.running_var.defined()) norms.push_back(&layer);
  }
  const bool all_new = std::ranges::all_of(norms, [&](const Layer* layer) {
    const graph::Node& node = network.node(layer->id);
    const std::int64_t values = samples.size(0) * graph::element_count(node.shape) / node.shape[0];
    return is_new(*layer) && momentum_of(network, *layer) > 0 && values > 1;
  });
  if (norms.empty() || !all_new) return;
  float_forward(network, samples, true);
  for (Layer* layer : norms) {
    // They are now 1 - momentum of the new ones and momentum of the batch's.
    const double momentum = momentum_of(network, *layer);
    layer->running_mean.div_(momentum);
    layer->running_var.sub_(1 - momentum).div_(momentum).clamp_min_(0);
  }
}

}  // namespace qfx::train
