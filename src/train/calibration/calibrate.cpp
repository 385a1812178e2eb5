#include "train/calibration/calibrate.h"

#include <algorithm>
#include <set>

#include "train/network/float_forward.h"
#include "train/network/parameter_values.h"
#include "train/network/readers.h"
#include "train/ops/chain.h"
#include "train/ops/parameter_cast.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

using frontends::CalibrationMethod;

at::Tensor cast_values(const at::Tensor& values, Point& point, bool is_parameter) {
  if (!point.casts()) return values;
  const steps::AssignmentPtr assignment = point.assignment(false);
  return is_parameter ? parameter_cast(values, point.f, assignment)
                      : cast(values, point.f, assignment);
}

// Searching methods look at no more values than this of one activation, evenly spread over the
// samples.
constexpr std::int64_t kSearchedValues = 1 << 18;

at::Tensor thinned(const at::Tensor& values) {
  const std::int64_t step = values.numel() / kSearchedValues;
  if (step < 2) return values;
  // An odd step visits every column of a power-of-two row.
  return values.flatten().slice(0, 0, c10::nullopt, step | 1).contiguous();
}

std::span<const float> row(const at::Tensor& t) {
  return {t.data_ptr<float>(), static_cast<std::size_t>(t.numel())};
}

// A bias finer than the products it is added to would widen their sums and change nothing that is
// seen: one before a batch_norm, which training drives to zero, would by tens of bits.
void coarsen_bias(Network& network, Layer& layer, const std::set<Point*>& chosen) {
  Parameter* bias = find(layer.params, graph::Role::Bias);
  if (bias == nullptr || !layer.params.contains(graph::Role::Weight)) return;
  Point& point = bias->point;
  const Point& weights = layer.params.at(graph::Role::Weight).point;
  const Point& input = network.output_point(network.node(layer.id).inputs[0]);
  if (!chosen.contains(&point) || !weights.casts() || !input.casts()) return;
  const auto finest = std::max_element(weights.frac_bits.begin(), weights.frac_bits.end());
  std::vector<float> values;
  for (std::size_t c = 0; c < point.frac_bits.size(); ++c) {
    const bool own = weights.frac_bits.size() == point.frac_bits.size();
    const int most = input.frac_bits[0] + (own ? weights.frac_bits[c] : *finest);
    values.push_back(point.spec.middle_of(std::min(point.frac_bits[c], most)));
  }
  point.set(values);
}

}  // namespace

void visit_uncast_values(Network& network, const at::Tensor& samples, const TensorVisitor& visit) {
  const at::NoGradGuard no_grad;
  const auto type = network.carrier_type();
  std::vector<at::Tensor> values(network.size());
  const Readers readers(network);
  for (Layer& layer : network.layers()) {
    const graph::Node& node = network.node(layer.id);
    std::vector<at::Tensor> inputs;
    for (graph::NodeId from : node.inputs) inputs.push_back(values[from]);
    readers.release(network, layer.id, values);
    if (inputs.empty()) inputs.push_back(samples.to(type));

    RealParameters parameters;
    const auto derived = derived_values(network, layer);
    for (auto& [role, param] : layer.params) {
      const at::Tensor real = param.value.defined() ? param.value : float_tensor(derived.at(role));
      visit(param.point, real, true);
      parameters[role] = cast_values(real.to(type), param.point, true);
    }
    const at::Tensor real = dense(real_value(node, layer, inputs, parameters, false));
    if (graph::keeps_format(node.op)) {
      values[layer.id] = real;
      continue;
    }
    visit(layer.output, real, false);
    values[layer.id] = cast_values(real, layer.output, false);
  }
}

void calibrate_network(Network& network, const frontends::Calibration& calibration,
                       const at::Tensor& samples) {
  frontends::Calibration of_parameters = calibration;
  if (calibration.method != CalibrationMethod::Max) of_parameters.method = CalibrationMethod::Mse;
  std::set<Point*> all_chosen;
  visit_uncast_values(network, samples, [&](Point& point, const at::Tensor& real, bool parameter) {
    if (!point.casts() || point.is_set()) return;
    const bool searches =
        calibration.method == CalibrationMethod::Mse || calibration.method == CalibrationMethod::Kl;
    at::Tensor values = real.detach().to(at::kFloat).contiguous();
    if (searches && !parameter) values = thinned(values);
    std::vector<float> chosen;
    const std::int64_t each = values.numel() / point.channels;
    for (std::int64_t c = 0; c < point.channels; ++c) {
      chosen.push_back(point.spec.middle_of(
          choose_point(row(values).subspan(c * each, each), point.spec,
                       parameter ? of_parameters : calibration, point.tensor)));
    }
    point.set(chosen);
    all_chosen.insert(&point);
  });
  for (Layer& layer : network.layers()) coarsen_bias(network, layer, all_chosen);
}

}  // namespace qfx::train
