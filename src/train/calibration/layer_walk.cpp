#include "train/calibration/layer_walk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/network/parameter_values.h"
#include "train/ops/chain.h"
#include "train/ops/parameter_cast.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

// Of the values that wait for their readers.
constexpr std::int64_t kKeptBytes = std::int64_t{384} << 20;
constexpr int kPackedWidth = 16;
// Powers of two that float32 has, with their inverses.
constexpr int kFarthestPoint = 100;

std::int64_t bytes_of(const at::Tensor& x) {
  return x.numel() * static_cast<std::int64_t>(x.element_size());
}

at::ScalarType packed_type(const graph::QuantSpec& spec) {
  if (spec.width <= 8) return spec.is_signed ? at::kChar : at::kByte;
  return spec.width < kPackedWidth || spec.is_signed ? at::kShort : at::kInt;
}

bool can_pack(const Point& point) {
  return point.casts() && point.spec.width <= kPackedWidth &&
         std::abs(point.frac_bits[0]) <= kFarthestPoint;
}

}  // namespace

LayerWalk::LayerWalk(Network& network, const SampleBatches& samples, Progress progress)
    : network_(network),
      samples_(samples),
      progress_(std::move(progress)),
      parameters_(network.size()),
      kept_(network.size()) {}

void LayerWalk::run(LayerVisitor& visitor) {
  const at::NoGradGuard no_grad;
  for (Layer& layer : network_.layers()) {
    if (std::holds_alternative<graph::BatchNorm>(network_.node(layer.id).op))
      look_at_norm_inputs(layer, visitor);
    visit_parameters(layer, visitor);
    if (graph::keeps_format(network_.node(layer.id).op)) {
      steps_done_ += samples_.count();
      continue;
    }
    visit_outputs(layer, visitor);
    release(layer.id);
  }
}

void LayerWalk::report(std::int64_t steps) {
  ++steps_done_;
  if (progress_) progress_(steps_done_, steps);
}

void LayerWalk::look_at_norm_inputs(Layer& layer, LayerVisitor& visitor) {
  for (std::int64_t b = 0; b < samples_.count(); ++b)
    visitor.norm_input(layer, cast_output(network_.node(layer.id).inputs[0], b));
  visitor.norm_inputs_seen(layer);
}

void LayerWalk::visit_parameters(Layer& layer, LayerVisitor& visitor) {
  const auto derived = derived_values(network_, layer);
  for (auto& [role, param] : layer.params) {
    const at::Tensor real = param.value.defined() ? param.value : float_tensor(derived.at(role));
    visitor.parameter(layer, role, real);
    parameters_[layer.id][role] = cast_parameter(network_, param, real, {});
  }
}

void LayerWalk::visit_outputs(Layer& layer, LayerVisitor& visitor) {
  const std::int64_t batches = samples_.count(), steps = batches * network_.size();
  const std::int64_t bytes = samples_.samples *
                             graph::element_count(network_.node(layer.id).shape) *
                             (network_.carrier_type() == at::kDouble ? 8 : 4);
  const bool all_fit = batches == 1 || kept_bytes() + bytes <= kKeptBytes;
  std::vector<at::Tensor> real(static_cast<std::size_t>(all_fit ? batches : 0));
  for (std::int64_t b = 0; b < batches; ++b) {
    const at::Tensor values = real_output(layer.id, b);
    visitor.output(layer, values);
    if (all_fit) real[static_cast<std::size_t>(b)] = values;
    report(steps);
  }
  visitor.outputs_seen(layer);
  keep_outputs(layer, real);
}

// real: of each batch, or empty, and then they are computed once more.
void LayerWalk::keep_outputs(Layer& layer, const std::vector<at::Tensor>& real) {
  std::vector<Kept> kept;
  std::int64_t bytes = kept_bytes();
  for (std::int64_t b = 0; b < samples_.count(); ++b) {
    const at::Tensor values = real.empty() ? real_output(layer.id, b) : real[b];
    kept.push_back(packed(layer.output.casts()
                              ? cast(values, layer.output.f, layer.output.assignment(false))
                              : values,
                          layer.output));
    bytes += bytes_of(kept.back().values);
    if (real.empty() && bytes > kKeptBytes) return;
  }
  kept_[layer.id] = std::move(kept);
}

// Keeps only what a layer after `done` is computed from.
void LayerWalk::release(graph::NodeId done) {
  std::vector<bool> needed(static_cast<std::size_t>(network_.size()));
  for (graph::NodeId id = done + 1; id < network_.size(); ++id) {
    for (const graph::NodeId from : network_.node(id).inputs) needed[from] = true;
  }
  for (graph::NodeId id = done; id >= 0; --id) {
    if (!needed[id] || is_kept(id)) continue;
    for (const graph::NodeId from : network_.node(id).inputs) needed[from] = true;
  }
  for (graph::NodeId id = 0; id <= done; ++id) {
    if (!needed[id]) kept_[id].clear();
  }
}

std::int64_t LayerWalk::kept_bytes() const {
  std::int64_t bytes = 0;
  for (const std::vector<Kept>& batches : kept_) {
    for (const Kept& kept : batches) bytes += bytes_of(kept.values);
  }
  return bytes;
}

std::vector<graph::NodeId> LayerWalk::missing_before(graph::NodeId id) const {
  std::vector<bool> missing(static_cast<std::size_t>(id) + 1);
  missing[id] = true;
  for (graph::NodeId at = id; at >= 0; --at) {
    if (!missing[at]) continue;
    for (const graph::NodeId from : network_.node(at).inputs) missing[from] = !is_kept(from);
  }
  std::vector<graph::NodeId> all;
  for (graph::NodeId at = 0; at < id; ++at) {
    if (missing[at]) all.push_back(at);
  }
  return all;
}

at::Tensor LayerWalk::real_output(graph::NodeId id, std::int64_t batch) {
  std::vector<graph::NodeId> steps = missing_before(id);
  steps.push_back(id);
  std::vector<at::Tensor> values(static_cast<std::size_t>(id) + 1);
  std::vector<graph::NodeId> last(static_cast<std::size_t>(id) + 1);  // to read it on this way
  for (const graph::NodeId at : steps) {
    for (const graph::NodeId from : network_.node(at).inputs) last[from] = at;
  }
  for (const graph::NodeId at : steps) {
    const graph::Node& node = network_.node(at);
    std::vector<at::Tensor> inputs;
    for (const graph::NodeId from : node.inputs)
      inputs.push_back(is_kept(from) ? unpacked(kept_[from][batch]) : values[from]);
    if (inputs.empty()) inputs.push_back(samples_.at(batch).to(network_.carrier_type()));
    Layer& layer = network_.layers()[at];
    at::Tensor real = dense(real_value(node, layer, inputs, parameters_[at], false));
    const bool casts = at != id && !graph::keeps_format(node.op) && layer.output.casts();
    values[at] = casts ? cast(real, layer.output.f, layer.output.assignment(false)) : real;
    for (const graph::NodeId from : node.inputs) {
      if (last[from] == at) values[from] = at::Tensor();
    }
  }
  return values[id];
}

at::Tensor LayerWalk::cast_output(graph::NodeId id, std::int64_t batch) {
  if (is_kept(id)) return unpacked(kept_[id][batch]);
  const at::Tensor real = real_output(id, batch);
  const Layer& layer = network_.layers()[id];
  if (graph::keeps_format(network_.node(id).op) || !layer.output.casts()) return real;
  Point& point = network_.layers()[id].output;
  return cast(real, point.f, point.assignment(false));
}

LayerWalk::Kept LayerWalk::packed(const at::Tensor& values, const Point& point) const {
  if (samples_.count() == 1 || !can_pack(point)) return {values, {}};
  const int frac_bits = point.frac_bits[0];
  return {(values * std::ldexp(1.0, frac_bits)).to(packed_type(point.spec)), frac_bits};
}

at::Tensor LayerWalk::unpacked(const Kept& kept) const {
  if (!kept.frac_bits) return kept.values;
  return kept.values.to(network_.carrier_type()) * std::ldexp(1.0, -*kept.frac_bits);
}

}  // namespace qfx::train
