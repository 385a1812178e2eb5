#include "train/network/parameter_values.h"

#include "train/ops/any_device/operator_cast.h"
#include "train/ops/levels.h"
#include "train/ops/parameter_cast.h"
#include "train/tensors/values.h"

#include "qfx/graph/freeze.h"

namespace qfx::train {

graph::ByRole<std::vector<float>> derived_values(const Network& network, const Layer& layer) {
  graph::Node node = network.node(layer.id);
  if (!layer.gamma.defined()) return graph::derived_params(node);
  node.statistics = {{graph::Statistic::Gamma, floats(layer.gamma)},
                     {graph::Statistic::Beta, floats(layer.beta)},
                     {graph::Statistic::RunningMean, floats(layer.running_mean)},
                     {graph::Statistic::RunningVar, floats(layer.running_var)}};
  return graph::derived_params(node);
}

at::Tensor cast_parameter(Network& network, Parameter& parameter, const FixedMode& mode) {
  return cast_parameter(network, parameter, parameter.value, mode);
}

at::Tensor cast_parameter(Network& network, Parameter& parameter, const at::Tensor& real,
                          const FixedMode& mode) {
  const at::Tensor value = real.to(network.carrier_type());
  Point& point = parameter.point;
  if (!point.casts()) return value;
  if (parameter.clip_range) return binary_weight(value, *parameter.clip_range);
  return mode.road == Road::Operators
             ? operator_cast(value, point.f, point.assignment(mode.count))
             : parameter_cast(value, point.f, point.assignment(mode.count));
}

}  // namespace qfx::train
