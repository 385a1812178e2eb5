#include "train/network/batch_norm_layer.h"

#include "train/ops/parameter_cast.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

const graph::BatchNorm& attributes(const graph::Node& node) {
  return std::get<graph::BatchNorm>(node.op);
}

at::Tensor cast_member(const at::Tensor& values, Point& point, bool count) {
  return point.casts() ? parameter_cast(values, point.f, point.assignment(count)) : values;
}

}  // namespace

steps::Moments running_statistics(const Layer& layer) {
  return {.mean = doubles(layer.running_mean), .variance = doubles(layer.running_var)};
}

void move_statistics(const graph::Node& node, Layer& layer, const steps::Moments& batch) {
  steps::move_statistics(batch, attributes(node).momentum, layer.running_mean.data_ptr<float>(),
                         layer.running_var.data_ptr<float>());
}

at::Tensor partly_float_batch_norm(const graph::Node& node, Layer& layer, const at::Tensor& x,
                                   const FixedMode& mode, std::optional<steps::Moments>& measured) {
  at::Tensor mean = layer.running_mean, variance = layer.running_var;
  if (mode.batch_statistics) {
    if (mode.add_up) {
      user_error(
          "node '{}' has a tensor left in floating point, and then its batch's statistics are "
          "those of one process; give its tensors formats, or train in one process",
          node.name);
    }
    std::tie(variance, mean) = at::var_mean(x, all_but_channels(x), false);
    variance = variance.cpu();
    mean = mean.cpu();
    measured = {doubles(mean), doubles(variance), x.numel() / mean.numel()};
  }
  const at::Tensor scale = layer.gamma / at::sqrt(variance + attributes(node).eps);
  const at::Tensor offset = layer.beta - mean * scale;
  const auto ready = [&](const at::Tensor& values, graph::Role role) {
    const at::Tensor cast = cast_member(values, layer.params.at(role).point, mode.count);
    return along_channels(cast.to(x.device()), x);
  };
  const at::Tensor s = ready(scale, graph::Role::Scale);
  const at::Tensor o = ready(offset, graph::Role::Offset);
  return x * s + o;
}

}  // namespace qfx::train
