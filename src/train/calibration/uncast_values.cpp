#include "train/calibration/uncast_values.h"

#include "train/network/float_forward.h"
#include "train/network/parameter_values.h"
#include "train/network/readers.h"
#include "train/ops/chain.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {

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
      const at::Tensor real =
          param.value.defined() ? param.value.detach() : float_tensor(derived.at(role));
      parameters[role] = cast_parameter(network, param, real, {});
      visit({layer, role, param.point, real, parameters[role]});
    }
    const at::Tensor real = dense(real_value(node, layer, inputs, parameters, false));
    if (graph::keeps_format(node.op)) {
      values[layer.id] = real;
      continue;
    }
    const Point& point = layer.output;
    values[layer.id] = point.casts() ? cast(real, point.f, layer.output.assignment(false)) : real;
    visit({layer, {}, layer.output, real, values[layer.id]});
  }
}

}  // namespace qfx::train
