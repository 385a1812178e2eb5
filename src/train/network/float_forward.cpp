#include "train/network/float_forward.h"

#include <memory>

#include "train/network/batch_norm_layer.h"
#include "train/network/readers.h"
#include "train/network/real_function.h"
#include "train/ops/activation.h"
#include "train/ops/batch_norm/peer_batch_norm.h"
#include "train/ops/border.h"
#include "train/ops/fractional.h"
#include "train/ops/levels.h"
#include "train/ops/move.h"
#include "train/ops/pool.h"
#include "train/tensors/layout.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

using graph::Overloaded;

c10::optional<at::Tensor> bias_of(const RealParameters& parameters) {
  const at::Tensor* bias = find(parameters, graph::Role::Bias);
  return bias == nullptr ? c10::nullopt : c10::optional<at::Tensor>(*bias);
}

// What the weights count as. Those that calibration has cast are +1 and -1 already.
at::Tensor weight_of(const auto& product, const RealParameters& parameters) {
  const at::Tensor& weight = parameters.at(graph::Role::Weight);
  return product.binary ? binary_weight(weight, product.clip_range) : weight;
}

at::Tensor fractional(const at::Tensor& x, const RealParameters& parameters,
                      const graph::FractionalConv2d& conv) {
  const at::Tensor weight =
      binary_weight(parameters.at(graph::Role::Weight), conv.clip_range).to(x.scalar_type());
  const at::Tensor threshold = parameters.at(graph::Role::Threshold).to(x.scalar_type());
  const steps::IntegerOperands integers{.x_lo = -3, .x_hi = 3, .weight_frac_bits = {0}};
  return fractional_conv2d(x, weight, threshold, conv, integers);
}

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& like) {
  return along_channels(values.to(like.scalar_type()), like);
}

// Torch moves the running statistics where they are: on another device those of a copy.
at::Tensor own_batch_norm(const graph::BatchNorm& norm, Layer& layer, const at::Tensor& x,
                          bool training) {
  const at::Device device = x.device();
  const at::Tensor mean = layer.running_mean.to(device), variance = layer.running_var.to(device);
  at::Tensor y = at::batch_norm(x, layer.gamma.to(device), layer.beta.to(device), mean, variance,
                                training, norm.momentum, norm.eps, false);
  if (training && !device.is_cpu()) {
    layer.running_mean.copy_(mean);
    layer.running_var.copy_(variance);
  }
  return y;
}

at::Tensor shared_batch_norm(const graph::Node& node, Layer& layer, const at::Tensor& x,
                             const steps::AddUp& add_up) {
  steps::Moments batch;
  at::Tensor y = peer_batch_norm(x, layer.gamma.to(x.device()), layer.beta.to(x.device()),
                                 std::get<graph::BatchNorm>(node.op).eps, add_up, batch);
  move_statistics(node, layer, batch);
  return y;
}

}  // namespace

at::Tensor real_value(const graph::Node& node, Layer& layer, const std::vector<at::Tensor>& inputs,
                      const RealParameters& parameters, bool training, const steps::AddUp& add_up) {
  return std::visit(
      Overloaded{
          [&](const graph::Input&) { return inputs[0]; },
          [&](const graph::Cast&) { return inputs[0]; },
          [&](const graph::Conv2d& conv) {
            const auto [x, padding] = for_window(inputs[0], conv.padding);
            return at::convolution(x, weight_of(conv, parameters), bias_of(parameters),
                                   conv.stride, padding, conv.dilation, false, {0, 0},
                                   conv.groups);
          },
          [&](const graph::FractionalConv2d& conv) {
            return fractional(inputs[0], parameters, conv);
          },
          [&](const graph::Linear& linear) {
            return at::linear(inputs[0], weight_of(linear, parameters), bias_of(parameters));
          },
          [&](const graph::BatchNorm& norm) {
            if (parameters.contains(graph::Role::Scale)) {
              return inputs[0] * per_channel(parameters.at(graph::Role::Scale), inputs[0]) +
                     per_channel(parameters.at(graph::Role::Offset), inputs[0]);
            }
            if (training && add_up) return shared_batch_norm(node, layer, inputs[0], add_up);
            return own_batch_norm(norm, layer, inputs[0], training);
          },
          [&](const graph::Affine& affine) {
            const at::Tensor y =
                inputs[0] * per_channel(parameters.at(graph::Role::Scale), inputs[0]);
            if (!affine.has_offset) return y;
            return y + per_channel(parameters.at(graph::Role::Offset), inputs[0]);
          },
          [&](const graph::QuantSign& levels) { return quant_sign(inputs[0], levels); },
          [&](const graph::Relu&) { return at::relu(inputs[0]); },
          [&](const graph::Clip& clip) { return clipped(inputs[0], clip); },
          [&](const graph::Prelu&) {
            return at::prelu(inputs[0],
                             parameters.at(graph::Role::Slope).to(inputs[0].scalar_type()));
          },
          [&](const graph::LeakyRelu& leaky) {
            if (!parameters.contains(graph::Role::Slope))
              return at::leaky_relu(inputs[0], leaky.negative_slope);
            return at::prelu(inputs[0],
                             parameters.at(graph::Role::Slope).to(inputs[0].scalar_type()));
          },
          [&](const graph::Offset&) {
            return inputs[0] + per_channel(parameters.at(graph::Role::Offset), inputs[0]);
          },
          [&](const graph::MaxPool2d& pool) { return max_pool(inputs[0], pool); },
          [&](const graph::AvgPool2d& pool) { return mean_pool(inputs[0], pool); },
          [&](const graph::GlobalAvgPool2d&) {
            return at::mean(inputs[0], {2, 3}, true);
          },
          [&](const graph::Add&) { return inputs[0] + inputs[1]; },
          [&](const graph::Sub&) { return inputs[0] - inputs[1]; },
          [&](const graph::Mul&) { return inputs[0] * inputs[1]; },
          [&](const graph::Gate&) { return inputs[0] * gate_along(inputs[1], inputs[0]); },
          [&](const graph::Maximum&) { return at::maximum(inputs[0], inputs[1]); },
          [&](const graph::Minimum&) { return at::minimum(inputs[0], inputs[1]); },
          [&](const graph::Abs&) { return at::abs(inputs[0]); },
          [&](const graph::Neg&) { return 0 - inputs[0]; },  // never -0
          [&](const graph::Concat&) { return at::cat(inputs, 1); },
          [&](const graph::Thermometer& levels) { return thermometer(inputs[0], levels); },
          [&](const graph::Flatten&) { return at::flatten(inputs[0], 1); },
          [&](const graph::Unsqueeze&) { return channels_last(at::unsqueeze(inputs[0], 2)); },
          [&]<graph::IsMove Kind>(const Kind& kind) {
            const auto in = inputs[0].sizes().slice(1);
            return moved(inputs[0], kind.view({in.begin(), in.end()}));
          },
          [&](const graph::Function& op) { return real_function(op, inputs[0]); },
          [&](const graph::Softmax&) { return at::softmax(inputs[0], 1); },
      },
      node.op);
}

at::Tensor float_forward(Network& network, const at::Tensor& input, bool training,
                         const steps::AddUp& add_up, const Dropout* dropout, Tap* tap) {
  std::vector<at::Tensor> values(network.size());
  std::unique_ptr<at::NoGradGuard> past_the_tap;
  const Readers readers(network);
  for (Layer& layer : network.layers()) {
    const graph::Node& node = network.node(layer.id);
    std::vector<at::Tensor> inputs;
    for (graph::NodeId from : node.inputs) inputs.push_back(values[from]);
    readers.release(network, layer.id, values);
    if (inputs.empty()) inputs.push_back(channels_last(input));
    RealParameters parameters;
    for (const auto& [role, param] : layer.params) {
      if (param.value.defined()) parameters[role] = param.value.to(input.device());
    }
    at::Tensor& value = values[layer.id];
    value = real_value(node, layer, inputs, parameters, training, add_up);
    if (dropout != nullptr) value = (*dropout)(node, layer.id, value);
    if (tap != nullptr && tap->node == layer.id) {
      tap->values = value;
      past_the_tap = std::make_unique<at::NoGradGuard>();
    }
  }
  std::vector<at::Tensor> outputs;
  for (const graph::NodeId id : readers.outputs) outputs.push_back(values[id]);
  return joined_outputs(outputs);
}

}  // namespace qfx::train
