// A network layer by layer, each over all samples before the next: how points are set where each
// depends on those before it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "train/calibration/sample_batches.h"
#include "train/network/float_forward.h"
#include "train/network/network.h"

namespace qfx::train {

// What somebody looks at on the way, in graph order. A point that is set is used from then on.
class LayerVisitor {
 public:
  virtual ~LayerVisitor() = default;

  // The values of input 0 of a batch_norm after their cast, a batch at a time; then that all were
  // seen. Its parameters follow.
  virtual void norm_input(Layer& layer, const at::Tensor& values) = 0;
  virtual void norm_inputs_seen(Layer& layer) = 0;
  // A parameter in float.
  virtual void parameter(Layer& layer, graph::Role role, const at::Tensor& values) = 0;
  // The layer's output before its cast, a batch at a time; then that all were seen. Not of a layer
  // that keeps its input's format.
  virtual void output(Layer& layer, const at::Tensor& values) = 0;
  virtual void outputs_seen(Layer& layer) = 0;
};

// Between layers the values wait as the integers that they are, as long as all of them fit; what
// does not is computed again from what does.
class LayerWalk {
 public:
  // Called after each batch of each layer.
  using Progress = std::function<void(std::int64_t step, std::int64_t steps)>;

  LayerWalk(Network& network, const SampleBatches& samples, Progress progress = {});

  void run(LayerVisitor& visitor);

 private:
  struct Kept {
    at::Tensor values;
    std::optional<int> frac_bits;  // of integers
  };

  void look_at_norm_inputs(Layer& layer, LayerVisitor& visitor);
  void visit_parameters(Layer& layer, LayerVisitor& visitor);
  void visit_outputs(Layer& layer, LayerVisitor& visitor);
  void keep_outputs(Layer& layer, const std::vector<at::Tensor>& real);
  void release(graph::NodeId done);
  void report(std::int64_t steps);

  bool is_kept(graph::NodeId id) const { return !kept_[id].empty(); }
  std::int64_t kept_bytes() const;
  // The layer's output before its cast, and what its readers see.
  at::Tensor real_output(graph::NodeId id, std::int64_t batch);
  at::Tensor cast_output(graph::NodeId id, std::int64_t batch);
  // Those that `id` is computed from and that are not kept, in order.
  std::vector<graph::NodeId> missing_before(graph::NodeId id) const;
  Kept packed(const at::Tensor& values, const Point& point) const;
  at::Tensor unpacked(const Kept& kept) const;

  Network& network_;
  const SampleBatches& samples_;
  Progress progress_;
  std::int64_t steps_done_ = 0;
  std::vector<RealParameters> parameters_;  // by node: cast
  std::vector<std::vector<Kept>> kept_;     // by node and batch: the output after its cast
};

}  // namespace qfx::train
