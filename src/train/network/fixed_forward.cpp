#include "train/network/fixed_forward.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "train/network/batch_norm_layer.h"
#include "train/network/float_forward.h"
#include "train/network/parameter_values.h"
#include "train/network/readers.h"
#include "train/ops/activation.h"
#include "train/ops/chain.h"
#include "train/ops/function_cast.h"
#include "train/ops/pool.h"
#include "train/ops/product.h"
#include "train/ops/softmax_cast.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/base/error.h"
#include "qfx/steps/value_grid.h"

namespace qfx::train {
namespace {

using graph::Role;
using steps::Carrier;
using steps::Grid;

class FixedForward {
 public:
  // traces: someone asks for the values in between.
  FixedForward(Network& network, const FixedMode& mode, at::Device device, bool traces)
      : network_(network),
        mode_(mode),
        device_(device),
        value_road_(device.is_cpu() ? mode.road : Road::Operators),
        fuses_(value_road_ == Road::Fused && !traces),
        readers_(network),
        grids_(network.size()),
        chains_(network.size()) {}

  at::Tensor run(const at::Tensor& input, std::vector<at::Tensor>* trace) {
    std::unique_ptr<at::NoGradGuard> past_the_tap;
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
      if (mode_.tap != nullptr && mode_.tap->node == layer.id) {
        mode_.tap->values = chains_[layer.id].value();
        past_the_tap = std::make_unique<at::NoGradGuard>();
      }
    }
    // The output, and what nobody reads.
    for (int id = 0; id < network_.size(); ++id) {
      if (readers_.count[id] == 0) chains_[id].value();
    }
    for (const auto& [layer, batch] : measured_)
      move_statistics(network_.node(layer->id), *layer, *batch);
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
    const std::optional<Grid> exact = steps::exact_grid(*node_, grids_, sums_);
    return exact ? cast(*exact, format) : steps::grid_of(format);
  }
  Carrier at_least_network(Carrier carrier) const {
    return network_.carrier_type() == at::kDouble ? Carrier::Float64 : carrier;
  }

  steps::AssignmentPtr output() { return layer_->output.assignment(mode_.count); }

  ElementChain assign(ElementChain value) {
    if (layer_->output.casts()) value.cast(layer_->output.f, output());
    return value;
  }
  ElementChain assign(const at::Tensor& value) { return assign(pending(value)); }
  ElementChain pending(const at::Tensor& value) const { return ElementChain(value, value_road_); }
  // A parameter is cast and proved on the processor, and used where the values lie.
  at::Tensor on_device(const at::Tensor& parameter) const { return parameter.to(device_); }

  ElementChain value(const graph::Input&) { internal_error("an input inside the graph"); }
  ElementChain value(const graph::Cast&) { return assign(chain()); }

  ElementChain value(const graph::Conv2d& conv) {
    return product_value([&](const at::Tensor& weight, Carrier carrier,
                             const std::optional<steps::IntegerOperands>& integers) {
      return exact_conv2d(x(), weight, conv, carrier, integers);
    });
  }

  ElementChain value(const graph::FractionalConv2d&) { internal_error("to come"); }
  ElementChain value(const graph::Affine&) { internal_error("to come"); }
  ElementChain value(const graph::QuantSign&) { internal_error("to come"); }
  ElementChain value(const graph::Thermometer&) { internal_error("to come"); }
  ElementChain value(const graph::Linear&) {
    return product_value([&](const at::Tensor& weight, Carrier carrier,
                             const std::optional<steps::IntegerOperands>&) {
      return exact_linear(x(), weight, carrier);
    });
  }

  // The exact sums, the bias, one cast.
  template <class Sum>
  ElementChain product_value(const Sum& sum_of) {
    Parameter& weight = layer_->params.at(Role::Weight);
    const at::Tensor cast_weight = cast_parameter(network_, weight, mode_);
    const std::optional<Grid> input = grid(0);
    std::vector<Grid> grids;
    std::optional<steps::IntegerOperands> integers;
    Carrier carrier = at_least_network(Carrier::Float32);
    if (input && weight.point.casts()) {
      const std::vector<int>& bits = weight.point.frac_bits;
      grids = product_grids(*input, cast_weight.detach(), bits);
      carrier = std::max(carrier, carrier_for(grids, node_->name));
      const Point& from = network_.output_point(node_->inputs[0]);
      if (value_road_ != Road::Operators)
        integers = integer_operands(from.spec.format(from.frac_bits[0]),
                                    weight.point.spec.format(bits[0]), bits, grids);
    }
    ElementChain sums = pending(sum_of(on_device(cast_weight), carrier, integers));
    Parameter* bias = find(layer_->params, Role::Bias);
    ElementChain result =
        bias == nullptr ? assign(std::move(sums)) : add_offset(std::move(sums), *bias, grids);
    note_carrier(carrier, grids);
    sums_ = std::move(grids);
    return result;
  }

  // One grid per channel, or none where a tensor is left in floating point; they become those of
  // the sums with the offset.
  ElementChain add_offset(ElementChain sums, Parameter& offset, std::vector<Grid>& grids) {
    const at::Tensor cast_offset = cast_parameter(network_, offset, mode_).to(sums.type());
    if (grids.empty() || !offset.point.casts() || !layer_->output.casts()) {
      grids.clear();
      return assign(sums.value() + along_channels(on_device(cast_offset), sums.value()));
    }
    grids = with_offsets(grids, doubles(cast_offset), offset.point.frac_bits);
    sums.offset(on_device(cast_offset), carrier_for(grids, node_->name), layer_->output.f,
                output());
    return sums;
  }

  void note_carrier(Carrier carrier, const std::vector<Grid>& grids) {
    layer_->has_carrier = true;
    layer_->carrier = carrier;
    layer_->accumulator_width = 0;
    for (const Grid& g : grids)
      layer_->accumulator_width = std::max(layer_->accumulator_width, signed_width(g));
  }

  ElementChain value(const graph::BatchNorm& norm) {
    Point& scale = layer_->params.at(Role::Scale).point;
    Point& offset = layer_->params.at(Role::Offset).point;
    const std::optional<Grid> input = grid(0);
    if (!input || !scale.casts() || !offset.casts() || !layer_->output.casts())
      return partly_float_value();
    steps::BatchNormCasts casts{.eps = norm.eps,
                                .scale = scale.assignment(mode_.count),
                                .offset = offset.assignment(mode_.count),
                                .input = *input,
                                .node = node_->name,
                                .running = {},
                                .add_up = {}};
    ElementChain result = chain();
    if (mode_.batch_statistics) {
      // A chain waits for one batch.
      if (result.uses_batch()) result.value();
      casts.add_up = mode_.add_up;
    } else {
      casts.running = running_statistics(*layer_);
    }
    const auto measured = result.batch_norm(layer_->gamma, layer_->beta, scale.f, offset.f, casts,
                                            layer_->output.f, output());
    if (mode_.batch_statistics) measured_.emplace_back(layer_, measured);
    return result;
  }

  ElementChain partly_float_value() {
    std::optional<steps::Moments> batch;
    const at::Tensor y = partly_float_batch_norm(*node_, *layer_, x(), mode_, batch);
    if (batch) measured_.emplace_back(layer_, std::make_shared<steps::Moments>(*batch));
    return assign(y.to(network_.carrier_type()));
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
    return prelu_value(layer_->params.at(Role::Slope).value);
  }
  ElementChain value(const graph::LeakyRelu&) {
    return prelu_value(float_tensor(derived_values(network_, *layer_).at(Role::Slope)));
  }

  ElementChain prelu_value(const at::Tensor& real_slope) {
    Parameter& slope = layer_->params.at(Role::Slope);
    const at::Tensor cast_slope = cast_parameter(network_, slope, real_slope, mode_);
    const std::optional<Grid> input = grid(0);
    if (!input || !slope.point.casts() || !layer_->output.casts())
      return assign(at::prelu(x(), on_device(cast_slope)));
    sums_ = product_grids(*input, cast_slope.detach(), slope.point.frac_bits);
    const Carrier wide = carrier_for(sums_, node_->name);
    sums_.push_back(*input);
    ElementChain result = chain();
    result.prelu(on_device(cast_slope).expand({node_->shape[0]}), wide, layer_->output.f, output());
    return result;
  }

  ElementChain value(const graph::Offset&) {
    const std::optional<Grid> input = grid(0);
    sums_.assign(input ? static_cast<std::size_t>(node_->shape[0]) : 0, input.value_or(Grid{}));
    return add_offset(chain(), layer_->params.at(Role::Offset), sums_);
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
    return join(&ElementChain::add, longer_chain(), sum(*a, *b));
  }

  ElementChain value(const graph::Sub&) {
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !layer_->output.casts()) return assign(x(0) - x(1));
    return join(&ElementChain::add, 0, sum(*a, *b), at::neg);
  }

  ElementChain value(const graph::Mul&) {
    const std::optional<Grid> a = grid(0), b = grid(1);
    if (!a || !b || !layer_->output.casts()) return assign(x(0) * x(1));
    return join(&ElementChain::mul, longer_chain(), product(*a, *b));
  }

  ElementChain value(const graph::Maximum&) { return exact_in_float({x(0), x(1)}); }
  ElementChain value(const graph::Minimum&) { return exact_in_float({x(0), x(1)}); }
  ElementChain value(const graph::Abs&) { return exact_in_float({x()}); }
  ElementChain value(const graph::Neg&) { return exact_in_float({x()}); }

  // One of the inputs or its negative: every type that carries the inputs carries it, and torch's
  // function has torch's gradient.
  ElementChain exact_in_float(const std::vector<at::Tensor>& inputs) {
    return assign(real_value(*node_, *layer_, inputs, {}, false));
  }

  // Of two inputs the one whose chain goes on; the other becomes a tensor, its side.
  int longer_chain() const {
    return chains_[node_->inputs[0]].stages() < chains_[node_->inputs[1]].stages();
  }
  // The chain of input `index` goes on with the other input as its side, in the type where the
  // result is exact.
  template <class Stage>
  ElementChain join(Stage stage, int index, const Grid& result_grid,
                    at::Tensor (*of_side)(const at::Tensor&) = nullptr) {
    const Carrier carrier = at_least_network(carrier_for(result_grid, node_->name));
    at::Tensor side = x(1 - index).to(type_of(carrier));
    if (of_side != nullptr) side = of_side(side);
    ElementChain result = chain(index);
    result.to(side.scalar_type());
    (result.*stage)(side, layer_->output.f, output());
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
    const steps::AssignmentPtr assignment = output();
    update_lookup(layer_->lookup, node_->op, input.spec.format(input.frac_bits[0]),
                  assignment->format);
    return pending(table_cast(x(), layer_->output.f, assignment, layer_->lookup));
  }

  Network& network_;
  const FixedMode& mode_;
  at::Device device_;  // where the values lie; parameters stay on the processor
  Road value_road_;    // of the values; mode_.road is the parameters'
  bool fuses_;
  Readers readers_;
  std::vector<std::optional<Grid>> grids_;  // by node: where its values lie
  std::vector<ElementChain> chains_;        // by node
  // The moments are there once the layer's chain has run.
  std::vector<std::pair<Layer*, std::shared_ptr<const steps::Moments>>> measured_;
  // Of the node at hand:
  Layer* layer_ = nullptr;
  const graph::Node* node_ = nullptr;
  std::vector<Grid> sums_;  // where it has parameters: where its exact results lie, per channel
};

}  // namespace

at::Tensor fixed_forward(Network& network, const at::Tensor& input, const FixedMode& mode,
                         std::vector<at::Tensor>* trace) {
  return FixedForward(network, mode, input.device(), trace != nullptr).run(input, trace);
}

}  // namespace qfx::train
