#include "train/calibration/both_ways.h"

#include <algorithm>

#include "train/network/float_forward.h"
#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kWaitingBytes = std::int64_t{1} << 30;

// Of one sample, where most of its values wait at once.
std::int64_t values_at_once(const Network& network) {
  const Readers readers(network);
  std::int64_t now = 0, most = 1;
  for (graph::NodeId id = 0; id < network.size(); ++id) {
    now += graph::element_count(network.node(id).shape);
    most = std::max(most, now);
    for (graph::NodeId from = 0; from <= id; ++from) {
      if (readers.last[from] == id) now -= graph::element_count(network.node(from).shape);
    }
  }
  return most;
}

}  // namespace

SampleBatches side_by_side(const Network& network, const SampleBatches& samples) {
  const std::int64_t each = network.carrier_type() == at::kDouble ? 12 : 8;
  const std::int64_t most =
      std::max<std::int64_t>(kWaitingBytes / (each * values_at_once(network)), 1);
  SampleBatches some = samples;
  some.samples = std::min(samples.samples, most);
  return some;
}

BothWays::BothWays(Network& fixed, Network& real, const SampleBatches& samples)
    : fixed_network_(fixed),
      real_network_(real),
      samples_(samples),
      mode_(),
      readers_(fixed),
      real_(static_cast<std::size_t>(samples.count())) {
  for (std::vector<at::Tensor>& values : real_)
    values.resize(static_cast<std::size_t>(fixed.size()));
  for (std::int64_t b = 0; b < samples.count(); ++b)
    passes_.push_back(std::make_unique<FixedPass>(fixed, mode_, at::kCPU, true));
}

void BothWays::run(const Visit& before, const Visit& after) {
  const at::NoGradGuard no_grad;
  for (Layer& layer : fixed_network_.layers()) {
    if (layer.id == 0) {
      for (std::int64_t b = 0; b < batches(); ++b) inputs_.push_back(samples_.at(b));
    }
    compute_real(layer);
    if (before) before(layer);
    compute_fixed(layer);
    inputs_.clear();
    if (after) after(layer);
    for (std::int64_t b = 0; b < batches(); ++b) {
      readers_.release(fixed_network_, layer.id, real_[b]);
      passes_[b]->release(layer.id);
    }
  }
}

void BothWays::compute_fixed(Layer& layer) {
  for (std::int64_t b = 0; b < batches(); ++b)
    passes_[b]->compute(layer, inputs_.empty() ? at::Tensor() : inputs_[b]);
}

void BothWays::compute_real(Layer& layer) {
  Layer& real = real_network_.layers()[layer.id];
  const graph::Node& node = real_network_.node(layer.id);
  RealParameters parameters;
  for (const auto& [role, parameter] : real.params) {
    if (parameter.value.defined()) parameters[role] = parameter.value;
  }
  for (std::int64_t b = 0; b < batches(); ++b) {
    std::vector<at::Tensor> inputs;
    for (const graph::NodeId from : node.inputs) inputs.push_back(real_[b][from]);
    if (inputs.empty()) inputs.push_back(channels_last(inputs_[b]));
    real_[b][layer.id] = real_value(node, real, inputs, parameters, false);
  }
}

}  // namespace qfx::train
