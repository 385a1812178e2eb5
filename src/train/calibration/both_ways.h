// A network in float and in fixed point side by side, node by node over all samples: how far each
// node's values are from what they stand for, and what can still be done about it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "train/calibration/sample_batches.h"
#include "train/network/fixed_pass.h"
#include "train/network/network.h"

namespace qfx::train {

// Those of the samples whose values of both networks, as far as they wait for their readers, take
// some 1 GB.
SampleBatches side_by_side(const Network& network, const SampleBatches& samples);

class BothWays {
 public:
  // `real` is the same network, whose parameters are read in float. Every point of `fixed` that
  // casts is set. All outlive this.
  BothWays(Network& fixed, Network& real, const SampleBatches& samples);

  using Visit = std::function<void(Layer&)>;
  // In graph order. `before`: the inputs are there both ways, the node's own values are not;
  // `after`: they are. What they change of the layer counts from then on.
  void run(const Visit& before, const Visit& after);

  std::int64_t batches() const { return samples_.count(); }
  // The values of a node for one batch, {batch, ...}; as long as somebody is still to read them.
  const at::Tensor& real(graph::NodeId id, std::int64_t batch) const { return real_[batch][id]; }
  const at::Tensor& fixed(graph::NodeId id, std::int64_t batch) {
    return passes_[batch]->values(id);
  }
  // Those of the layer at hand anew.
  void compute_fixed(Layer& layer);

  Network& network() { return fixed_network_; }

 private:
  void compute_real(Layer& layer);

  Network& fixed_network_;
  Network& real_network_;
  const SampleBatches& samples_;
  FixedMode mode_;
  Readers readers_;
  std::vector<std::unique_ptr<FixedPass>> passes_;  // by batch
  std::vector<std::vector<at::Tensor>> real_;       // by batch and node
  std::vector<at::Tensor> inputs_;                  // the samples, while node 0 is at hand
};

}  // namespace qfx::train
