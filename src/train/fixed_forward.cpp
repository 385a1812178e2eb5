#include "train/fixed_forward.h"

#include <algorithm>
#include <optional>

#include "train/layout.h"
#include "train/ops/affine.h"
#include "train/ops/batch_norm.h"
#include "train/ops/cast.h"
#include "train/ops/parameter_cast.h"
#include "train/ops/pool.h"
#include "train/ops/product.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

using graph::Overloaded;

// A quotient's double must not lose what the cast after it looks at; see exact_mean_pool.
constexpr int kMeanBits = 52;

std::vector<double> doubles(const at::Tensor& t) {
  const at::Tensor wide = t.detach().to(at::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

at::ScalarType type_of(Carrier carrier) {
  return carrier == Carrier::Float32 ? at::kFloat : at::kDouble;
}

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(like.dim(), 1);
  shape[1] = values.numel();
  return values.view(shape);
}

class FixedForward {
 public:
  FixedForward(Network& network, FixedMode mode) : network_(network), mode_(mode) {}

  at::Tensor run(const at::Tensor& input, std::vector<at::Tensor>* trace) {
    std::vector<at::Tensor> values(network_.size());
    for (Layer& layer : network_.layers()) {
      const graph::Node& node = network_.node(layer.id);
      inputs_.clear();
      for (graph::NodeId from : node.inputs) inputs_.push_back(values[from]);
      if (inputs_.empty()) inputs_.push_back(channels_last(input.to(network_.carrier_type())));
      layer_ = &layer;
      node_ = &node;
      values[layer.id] = std::visit([&](const auto& op) { return value(op); }, node.op)
                             .to(network_.carrier_type());
    }
    const at::Tensor result = values.back();
    if (trace != nullptr) *trace = std::move(values);
    return result;
  }

 private:
  const at::Tensor& x() const { return inputs_[0]; }

  // Where the values of input `index` lie; nothing for a tensor left in floating point.
  std::optional<Grid> grid(int index) {
    const Point& point = network_.output_point(node_->inputs[index]);
    if (!point.casts()) return std::nullopt;
    return grid_of(point.spec.format(point.frac_bits[0]));
  }

  Carrier at_least_network(Carrier carrier) const {
    return network_.carrier_type() == at::kDouble ? Carrier::Float64 : carrier;
  }

  at::Tensor assign(const at::Tensor& value) {
    Point& point = layer_->output;
    return point.casts() ? cast(value, point.f, point.assignment(mode_.count)) : value;
  }

  at::Tensor value(const graph::Input&) { return assign(x()); }
  at::Tensor value(const graph::Cast&) { return assign(x()); }

  at::Tensor value(const graph::Conv2d& conv) {
    return product_value([&](const at::Tensor& weight, Carrier carrier) {
      return exact_conv2d(x(), weight, conv, carrier);
    });
  }

  at::Tensor value(const graph::Linear&) {
    return product_value([&](const at::Tensor& weight, Carrier carrier) {
      return exact_linear(x(), weight, carrier);
    });
  }

  // The exact sums, the bias, one cast.
  template <class Sum>
  at::Tensor product_value(const Sum& sum_of) {
    Parameter& weight = layer_->params.at("weight");
    const at::Tensor cast_weight = cast_parameter(network_, weight, mode_.count);
    const std::optional<Grid> input = grid(0);
    std::vector<Grid> grids;
    Carrier carrier = at_least_network(Carrier::Float32);
    if (input && weight.point.casts()) {
      grids = product_grids(*input, cast_weight.detach(), weight.point.frac_bits);
      for (const Grid& g : grids) carrier = std::max(carrier, carrier_for(g, node_->name));
    }
    const at::Tensor sums = sum_of(cast_weight, carrier);
    const auto bias = layer_->params.find("bias");
    const at::Tensor result =
        bias == layer_->params.end() ? assign(sums) : add_bias(sums, bias->second, grids);
    note_carrier(carrier, grids);
    return result;
  }

  // grids become those of the biased sums.
  at::Tensor add_bias(const at::Tensor& sums, Parameter& bias, std::vector<Grid>& grids) {
    const at::Tensor cast_bias = cast_parameter(network_, bias, mode_.count);
    Point& output = layer_->output;
    if (grids.empty() || !bias.point.casts() || !output.casts()) {
      grids.clear();
      return assign(sums + per_channel(cast_bias.to(sums.scalar_type()), sums));
    }
    const std::vector<double> values = doubles(cast_bias);
    const std::vector<int>& bits = bias.point.frac_bits;
    Carrier wide = Carrier::Float32;
    for (std::size_t o = 0; o < grids.size(); ++o) {
      const int frac_bits = bits.size() == 1 ? bits[0] : bits[o];
      grids[o] = sum(grids[o], {frac_bits, std::abs(std::ldexp(values[o], frac_bits))});
      wide = std::max(wide, carrier_for(grids[o], node_->name));
    }
    const at::Tensor ones = at::ones({cast_bias.numel()}, sums.scalar_type());
    return affine_cast(sums, ones, cast_bias.to(sums.scalar_type()), output.f,
                       output.assignment(mode_.count), wide);
  }

  void note_carrier(Carrier carrier, const std::vector<Grid>& grids) {
    layer_->has_carrier = true;
    layer_->carrier = carrier;
    layer_->accumulator_width = 0;
    for (const Grid& g : grids) {
      layer_->accumulator_width = std::max(layer_->accumulator_width, signed_width(g));
    }
  }

  at::Tensor value(const graph::BatchNorm& norm) {
    Point& scale = layer_->params.at("scale").point;
    Point& offset = layer_->params.at("offset").point;
    const std::optional<Grid> input = grid(0);
    if (!input || !scale.casts() || !offset.casts() || !layer_->output.casts()) {
      return float_batch_norm(norm, scale, offset);
    }
    auto call = c10::make_intrusive<BatchNormCall>();
    call->eps = norm.eps;
    call->scale = scale.assignment(mode_.count);
    call->offset = offset.assignment(mode_.count);
    call->output = layer_->output.assignment(mode_.count);
    call->input = *input;
    call->node = node_->name;
    if (!mode_.batch_statistics) {
      folded_pair(network_, *layer_, call->folded_scale, call->folded_offset);
      const float* mean = layer_->running_mean.data_ptr<float>();
      const float* variance = layer_->running_var.data_ptr<float>();
      call->running_mean.assign(mean, mean + layer_->running_mean.numel());
      call->running_var.assign(variance, variance + layer_->running_var.numel());
    }
    const at::Tensor y = batch_norm_cast(x(), layer_->gamma, layer_->beta, scale.f, offset.f,
                                         layer_->output.f, call);
    if (mode_.batch_statistics) {
      move_statistics(norm, call->batch_mean, call->batch_variance);
    }
    return y;
  }

  // With any of the four tensors left in floating point: plain tensor arithmetic between the casts.
  at::Tensor float_batch_norm(const graph::BatchNorm& norm, Point& scale, Point& offset) {
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 0; axis < x().dim(); ++axis) {
      if (axis != 1) axes.push_back(axis);
    }
    at::Tensor mean = layer_->running_mean, variance = layer_->running_var;
    if (mode_.batch_statistics) {
      std::tie(variance, mean) = at::var_mean(x(), axes, false);
      move_statistics(norm, doubles(mean), doubles(variance));
    }
    at::Tensor s = layer_->gamma / at::sqrt(variance + norm.eps);
    at::Tensor o = layer_->beta - mean * s;
    if (scale.casts()) s = parameter_cast(s, scale.f, scale.assignment(mode_.count));
    if (offset.casts()) o = parameter_cast(o, offset.f, offset.assignment(mode_.count));
    return assign((x() * per_channel(s, x()) + per_channel(o, x())).to(network_.carrier_type()));
  }

  // As torch: the unbiased variance.
  void move_statistics(const graph::BatchNorm& norm, const std::vector<double>& mean,
                       const std::vector<double>& variance) {
    float* running_mean = layer_->running_mean.data_ptr<float>();
    float* running_var = layer_->running_var.data_ptr<float>();
    const double count = static_cast<double>(x().numel()) / static_cast<double>(mean.size());
    const double unbiased = count > 1 ? count / (count - 1) : 1;
    for (std::size_t c = 0; c < mean.size(); ++c) {
      running_mean[c] =
          static_cast<float>((1 - norm.momentum) * running_mean[c] + norm.momentum * mean[c]);
      running_var[c] = static_cast<float>((1 - norm.momentum) * running_var[c] +
                                          norm.momentum * variance[c] * unbiased);
    }
  }

  at::Tensor value(const graph::Relu&) {
    Point& point = layer_->output;
    if (!point.casts()) return at::relu(x());
    return relu_cast(x(), point.f, point.assignment(mode_.count));
  }

  at::Tensor value(const graph::MaxPool2d& pool) { return assign(max_pool(x(), pool)); }

  at::Tensor value(const graph::AvgPool2d& pool) { return mean_value(pool); }
  at::Tensor value(const graph::GlobalAvgPool2d&) {
    const graph::Pair window{x().size(2), x().size(3)};
    return mean_value({window, window, {0, 0}});
  }

  at::Tensor mean_value(const graph::AvgPool2d& pool) {
    const std::optional<Grid> input = grid(0);
    if (input && layer_->output.casts()) {
      const auto area = static_cast<double>(pool.kernel[0] * pool.kernel[1]);
      Grid needed = product(*input, {0, area});
      carrier_for(needed, node_->name);
      const int finer = layer_->output.frac_bits[0] - needed.frac_bits;
      const int width = signed_width(needed) - 1 + std::max(0, finer);
      if (width > kMeanBits) {
        user_error(
            "node \"{}\" needs a mean of {} bits, more than the {} that float64 divides exactly "
            "in training; make its input or output narrower",
            node_->name, width, kMeanBits);
      }
    }
    return assign(exact_mean_pool(x(), pool));
  }

  at::Tensor value(const graph::Add&) {
    Point& point = layer_->output;
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !point.casts()) return assign(x() + inputs_[1]);
    const auto type = type_of(at_least_network(carrier_for(sum(*a, *b), node_->name)));
    return add_cast(x().to(type), inputs_[1].to(type), point.f, point.assignment(mode_.count));
  }

  at::Tensor value(const graph::Flatten&) { return at::flatten(x(), 1); }

  Network& network_;
  FixedMode mode_;
  std::vector<at::Tensor> inputs_;
  Layer* layer_ = nullptr;
  const graph::Node* node_ = nullptr;
};

}  // namespace

at::Tensor fixed_forward(Network& network, const at::Tensor& input, FixedMode mode,
                         std::vector<at::Tensor>* trace) {
  return FixedForward(network, mode).run(input, trace);
}

at::Tensor cast_parameter(Network& network, Parameter& parameter, bool count) {
  const at::Tensor value = parameter.value.to(network.carrier_type());
  Point& point = parameter.point;
  if (!point.casts()) return value;
  return parameter_cast(value, point.f, point.assignment(count));
}

void folded_pair(const Network& network, const Layer& layer, std::vector<float>& scale,
                 std::vector<float>& offset) {
  graph::Node node = network.node(layer.id);
  const auto floats = [](const at::Tensor& t) {
    return std::vector<float>(t.data_ptr<float>(), t.data_ptr<float>() + t.numel());
  };
  node.statistics = {{"gamma", floats(layer.gamma)},
                     {"beta", floats(layer.beta)},
                     {"running_mean", floats(layer.running_mean)},
                     {"running_var", floats(layer.running_var)}};
  graph::fold_pair(node, scale, offset);
}

}  // namespace qfx::train
