#include "train/network/fixed_forward.h"

#include <algorithm>
#include <optional>

#include "train/network/float_forward.h"
#include "train/tensors/layout.h"
#include "train/ops/activation.h"
#include "train/ops/chain.h"
#include "train/ops/lookup.h"
#include "train/ops/parameter_cast.h"
#include "train/ops/pool.h"
#include "train/ops/product.h"
#include "train/network/parameter_values.h"
#include "train/network/readers.h"
#include "train/network/value_grid.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

using graph::Overloaded;

at::ScalarType type_of(Carrier carrier) {
  return carrier == Carrier::Float32 ? at::kFloat : at::kDouble;
}

class FixedForward {
 public:
  // traces: someone asks for the values in between.
  FixedForward(Network& network, FixedMode mode, at::Device device, bool traces)
      : network_(network),
        mode_(mode),
        device_(device),
        road_(device.is_cpu() ? mode.road : Road::Operators),
        fuses_(road_ == Road::Fused && !traces),
        readers_(network),
        grids_(network.size()),
        chains_(network.size()) {}

  at::Tensor run(const at::Tensor& input, std::vector<at::Tensor>* trace) {
    for (Layer& layer : network_.layers()) {
      layer_ = &layer;
      node_ = &network_.node(layer.id);
      sums_.clear();
      ElementChain chain = node_->inputs.empty()
                               ? assign(channels_last(input.to(network_.carrier_type())))
                               : std::visit([&](const auto& op) { return value(op); }, node_->op);
      // Wider sums come back to the network's carrier with their cast.
      chain.to(network_.carrier_type());
      grids_[layer.id] = output_grid();
      if (!fuses_) chain.value();
      chains_[layer.id] = std::move(chain);
      if (trace == nullptr) readers_.release(network_, layer.id, chains_);
    }
    // The output, and what nobody reads.
    for (int id = 0; id < network_.size(); ++id) {
      if (readers_.count[id] == 0) chains_[id].value();
    }
    for (const auto& [layer, norm] : measured_) move_statistics(*layer, *norm);
    if (trace != nullptr) {
      for (ElementChain& chain : chains_) trace->push_back(chain.value());
    }
    return chains_.back().value();
  }

 private:
  const at::Tensor& x(int index = 0) { return chains_[node_->inputs[index]].value(); }

  // The input's pending work, to go on with. A value that others read too is finished first.
  ElementChain chain(int index = 0) {
    ElementChain& from = chains_[node_->inputs[index]];
    if (fuses_ && readers_.count[node_->inputs[index]] == 1) return std::move(from);
    return pending(from.value());
  }

  // Where the values of input `index` lie; nothing for a tensor left in floating point.
  const std::optional<Grid>& grid(int index) const { return grids_[node_->inputs[index]]; }

  std::optional<Grid> output_grid() const {
    const Point& point = network_.output_point(layer_->id);
    if (!point.casts()) return std::nullopt;
    const fixed::Format format = point.spec.format(point.frac_bits[0]);
    const std::optional<Grid> exact = exact_grid(*node_, grids_, sums_);
    return exact ? cast(*exact, format) : grid_of(format);
  }
  Carrier at_least_network(Carrier carrier) const {
    return network_.carrier_type() == at::kDouble ? Carrier::Float64 : carrier;
  }

  AssignmentPtr output() { return layer_->output.assignment(mode_.count); }

  ElementChain assign(ElementChain value) {
    if (layer_->output.casts()) value.cast(layer_->output.f, output());
    return value;
  }
  ElementChain assign(const at::Tensor& value) { return assign(pending(value)); }
  ElementChain pending(const at::Tensor& value) const { return ElementChain(value, road_); }
  // What was cast and proved on the processor, beside the values.
  at::Tensor there(const at::Tensor& parameter) const { return parameter.to(device_); }

  ElementChain value(const graph::Input&) { internal_error("an input inside the graph"); }
  ElementChain value(const graph::Cast&) { return assign(chain()); }

  ElementChain value(const graph::Conv2d& conv) {
    return product_value([&](const at::Tensor& weight, Carrier carrier,
                             const std::optional<IntegerOperands>& integers) {
      return exact_conv2d(x(), weight, conv, carrier, integers);
    });
  }

  ElementChain value(const graph::Linear&) {
    return product_value(
        [&](const at::Tensor& weight, Carrier carrier, const std::optional<IntegerOperands>&) {
          return exact_linear(x(), weight, carrier);
        });
  }

  // The exact sums, the bias, one cast.
  template <class Sum>
  ElementChain product_value(const Sum& sum_of) {
    Parameter& weight = layer_->params.at(graph::Role::Weight);
    const at::Tensor cast_weight = cast_parameter(network_, weight, mode_);
    const std::optional<Grid> input = grid(0);
    std::vector<Grid> grids;
    std::optional<IntegerOperands> integers;
    Carrier carrier = at_least_network(Carrier::Float32);
    if (input && weight.point.casts()) {
      const std::vector<int>& bits = weight.point.frac_bits;
      grids = product_grids(*input, cast_weight.detach(), bits);
      for (const Grid& g : grids) carrier = std::max(carrier, carrier_for(g, node_->name));
      const Point& from = network_.output_point(node_->inputs[0]);
      if (road_ != Road::Operators)
        integers = integer_operands(from.spec.format(from.frac_bits[0]),
                                    weight.point.spec.format(bits[0]), bits, grids);
    }
    ElementChain sums = pending(sum_of(there(cast_weight), carrier, integers));
    Parameter* bias = find(layer_->params, graph::Role::Bias);
    ElementChain result =
        bias == nullptr ? assign(std::move(sums)) : add_bias(std::move(sums), *bias, grids);
    note_carrier(carrier, grids);
    sums_ = std::move(grids);
    return result;
  }

  // One grid a channel, or none where a tensor is left in floating point; they become those of the
  // biased sums.
  ElementChain add_bias(ElementChain sums, Parameter& bias, std::vector<Grid>& grids) {
    const at::Tensor cast_bias = cast_parameter(network_, bias, mode_).to(sums.type());
    if (grids.empty() || !bias.point.casts() || !layer_->output.casts()) {
      grids.clear();
      return assign(sums.value() + along_channels(there(cast_bias), sums.value()));
    }
    const std::vector<double> values = doubles(cast_bias);
    const std::vector<int>& bits = bias.point.frac_bits;
    Carrier wide = Carrier::Float32;
    for (std::size_t o = 0; o < grids.size(); ++o) {
      const int frac_bits = bits.size() == 1 ? bits[0] : bits[o];
      grids[o] = sum(grids[o], {frac_bits, std::abs(std::ldexp(values[o], frac_bits))});
      wide = std::max(wide, carrier_for(grids[o], node_->name));
    }
    sums.bias(there(cast_bias), wide, layer_->output.f, output());
    return sums;
  }

  void note_carrier(Carrier carrier, const std::vector<Grid>& grids) {
    layer_->has_carrier = true;
    layer_->carrier = carrier;
    layer_->accumulator_width = 0;
    for (const Grid& g : grids) {
      layer_->accumulator_width = std::max(layer_->accumulator_width, signed_width(g));
    }
  }

  ElementChain value(const graph::BatchNorm& norm) {
    Point& scale = layer_->params.at(graph::Role::Scale).point;
    Point& offset = layer_->params.at(graph::Role::Offset).point;
    const std::optional<Grid> input = grid(0);
    if (!input || !scale.casts() || !offset.casts() || !layer_->output.casts()) {
      return float_batch_norm(norm, scale, offset);
    }
    auto call = c10::make_intrusive<BatchNormCall>();
    call->eps = norm.eps;
    call->scale = scale.assignment(mode_.count);
    call->offset = offset.assignment(mode_.count);
    call->input = *input;
    call->node = node_->name;
    ElementChain result = chain();
    if (mode_.batch_statistics) {
      // A chain waits for one batch.
      if (result.uses_batch()) result.value();
      call->peers = mode_.peers;
      measured_.emplace_back(layer_, call);
    } else {
      const auto pair = derived_values(network_, *layer_);
      call->folded_scale = pair.at(graph::Role::Scale);
      call->folded_offset = pair.at(graph::Role::Offset);
      const float* mean = layer_->running_mean.data_ptr<float>();
      const float* variance = layer_->running_var.data_ptr<float>();
      call->running_mean.assign(mean, mean + layer_->running_mean.numel());
      call->running_var.assign(variance, variance + layer_->running_var.numel());
    }
    result.batch_norm(layer_->gamma, layer_->beta, scale.f, offset.f, layer_->output.f, output(),
                      call);
    return result;
  }

  // With any of the four tensors left in floating point: plain tensor arithmetic between the casts.
  ElementChain float_batch_norm(const graph::BatchNorm& norm, Point& scale, Point& offset) {
    const at::Tensor& value = x();
    at::Tensor mean = layer_->running_mean, variance = layer_->running_var;
    if (mode_.batch_statistics) {
      if (mode_.peers != nullptr) {
        user_error(
            "node \"{}\" has a tensor left in floating point, and then its batch's statistics are "
            "those of one process; give its tensors formats, or train in one process",
            node_->name);
      }
      std::tie(variance, mean) = at::var_mean(value, all_but_channels(value), false);
      variance = variance.cpu();
      mean = mean.cpu();
      const auto measured = c10::make_intrusive<BatchNormCall>();
      measured->batch_mean = doubles(mean);
      measured->batch_variance = doubles(variance);
      measured->values = value.numel() / mean.numel();
      measured_.emplace_back(layer_, measured);
    }
    at::Tensor s = layer_->gamma / at::sqrt(variance + norm.eps);
    at::Tensor o = layer_->beta - mean * s;
    if (scale.casts()) s = parameter_cast(s, scale.f, scale.assignment(mode_.count));
    if (offset.casts()) o = parameter_cast(o, offset.f, offset.assignment(mode_.count));
    s = along_channels(there(s), value);
    o = along_channels(there(o), value);
    return assign((value * s + o).to(network_.carrier_type()));
  }

  // As torch: the unbiased variance.
  void move_statistics(Layer& layer, const BatchNormCall& measured) {
    const double momentum = std::get<graph::BatchNorm>(network_.node(layer.id).op).momentum;
    float* running_mean = layer.running_mean.data_ptr<float>();
    float* running_var = layer.running_var.data_ptr<float>();
    const auto count = static_cast<double>(measured.values);
    const double unbiased = count > 1 ? count / (count - 1) : 1;
    for (std::size_t c = 0; c < measured.batch_mean.size(); ++c) {
      running_mean[c] =
          static_cast<float>((1 - momentum) * running_mean[c] + momentum * measured.batch_mean[c]);
      running_var[c] = static_cast<float>((1 - momentum) * running_var[c] +
                                          momentum * measured.batch_variance[c] * unbiased);
    }
  }

  ElementChain value(const graph::Relu&) {
    if (!layer_->output.casts()) return pending(at::relu(x()));
    ElementChain result = chain();
    result.relu(layer_->output.f, output());
    return result;
  }

  ElementChain value(const graph::Clip& clip) {
    if (!layer_->output.casts()) return pending(clipped(x(), clip));
    ElementChain result = chain();
    result.to(clip_type(result.type(), clip));
    result.clip(clip, layer_->output.f, output());
    return result;
  }

  ElementChain value(const graph::Prelu&) {
    return sloped(layer_->params.at(graph::Role::Slope).value);
  }
  ElementChain value(const graph::LeakyRelu&) {
    const auto derived = derived_values(network_, *layer_);
    return sloped(at::tensor(at::ArrayRef<float>(derived.at(graph::Role::Slope))));
  }

  ElementChain sloped(const at::Tensor& real_slope) {
    Parameter& slope = layer_->params.at(graph::Role::Slope);
    const at::Tensor cast_slope = cast_parameter(network_, slope, real_slope, mode_);
    const std::optional<Grid> input = grid(0);
    if (!input || !slope.point.casts() || !layer_->output.casts())
      return assign(at::prelu(x(), there(cast_slope)));
    Carrier wide = Carrier::Float32;
    sums_ = product_grids(*input, cast_slope.detach(), slope.point.frac_bits);
    for (const Grid& g : sums_) wide = std::max(wide, carrier_for(g, node_->name));
    sums_.push_back(*input);
    ElementChain result = chain();
    result.prelu(there(cast_slope).expand({node_->shape[0]}), wide, layer_->output.f, output());
    return result;
  }

  ElementChain value(const graph::Shift&) {
    const std::optional<Grid> input = grid(0);
    sums_.assign(input ? static_cast<std::size_t>(node_->shape[0]) : 0, input.value_or(Grid{}));
    return add_bias(chain(), layer_->params.at(graph::Role::Offset), sums_);
  }

  ElementChain value(const graph::MaxPool2d& pool) { return assign(max_pool(x(), pool)); }

  ElementChain value(const graph::AvgPool2d& pool) { return mean_value(pool); }
  ElementChain value(const graph::GlobalAvgPool2d&) {
    const graph::Pair window{x().size(2), x().size(3)};
    return mean_value({window, window, {0, 0}});
  }

  ElementChain mean_value(const graph::AvgPool2d& pool) {
    const std::optional<Grid> input = grid(0);
    if (input && layer_->output.casts())
      check_mean(*input, pool.kernel[0] * pool.kernel[1], layer_->output.frac_bits[0], node_->name);
    return assign(exact_mean_pool(x(), pool));
  }

  ElementChain value(const graph::Add&) {
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !layer_->output.casts()) return assign(x(0) + x(1));
    const int index = longer_chain();
    return joined(&ElementChain::add, index, beside(1 - index, sum(*a, *b)));
  }

  ElementChain value(const graph::Sub&) {
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !layer_->output.casts()) return assign(x(0) - x(1));
    return joined(&ElementChain::add, 0, at::neg(beside(1, sum(*a, *b))));
  }

  ElementChain value(const graph::Mul&) {
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !layer_->output.casts()) return assign(x(0) * x(1));
    const int index = longer_chain();
    return joined(&ElementChain::mul, index, beside(1 - index, product(*a, *b)));
  }

  // Of two inputs the one whose chain goes on; the other becomes a tensor beside it.
  int longer_chain() const {
    return chains_[node_->inputs[0]].stages() < chains_[node_->inputs[1]].stages();
  }
  // Input `index` in the type where `result` is exact.
  at::Tensor beside(int index, const Grid& result) {
    return x(index).to(type_of(at_least_network(carrier_for(result, node_->name))));
  }
  // Input `index` goes on in side's type.
  template <class Join>
  ElementChain joined(Join join, int index, const at::Tensor& side) {
    ElementChain result = chain(index);
    result.to(side.scalar_type());
    (result.*join)(side, layer_->output.f, output());
    return result;
  }

  // Values change their place alone: each lies on its own input's grid until the cast.
  ElementChain value(const graph::Concat&) {
    std::vector<at::Tensor> values;
    for (std::size_t i = 0; i < node_->inputs.size(); ++i) values.push_back(x(static_cast<int>(i)));
    return assign(at::cat(values, 1));
  }

  ElementChain value(const graph::Flatten&) { return pending(at::flatten(x(), 1)); }
  ElementChain value(const graph::Unsqueeze&) {
    return pending(channels_last(at::unsqueeze(x(), 2)));
  }

  ElementChain value(const graph::Function&) { return table_value(function_cast); }
  ElementChain value(const graph::Softmax&) { return table_value(softmax_cast); }

  // From or to floating point there are no integers to look up.
  template <class TableCast>
  ElementChain table_value(const TableCast& table_cast) {
    const Point& input = network_.output_point(node_->inputs[0]);
    if (!input.casts() || !layer_->output.casts())
      return assign(real_value(*node_, *layer_, {x()}, {}, false));
    const AssignmentPtr assignment = output();
    update_lookup(layer_->lookup, node_->op, input.spec.format(input.frac_bits[0]),
                  assignment->format);
    return pending(table_cast(x(), layer_->output.f, assignment, layer_->lookup));
  }

  Network& network_;
  FixedMode mode_;     // its road: the parameters'
  at::Device device_;  // of the values
  Road road_;          // theirs
  bool fuses_;
  Readers readers_;
  std::vector<std::optional<Grid>> grids_;  // by node: where its values lie
  std::vector<ElementChain> chains_;        // by node
  std::vector<std::pair<Layer*, BatchNormCallPtr>> measured_;
  Layer* layer_ = nullptr;
  const graph::Node* node_ = nullptr;
  std::vector<Grid> sums_;  // of the present node, where it has parameters: one a channel
};

}  // namespace

at::Tensor fixed_forward(Network& network, const at::Tensor& input, FixedMode mode,
                         std::vector<at::Tensor>* trace) {
  return FixedForward(network, mode, input.device(), trace != nullptr).run(input, trace);
}

}  // namespace qfx::train
