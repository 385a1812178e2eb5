#include "train/network/fixed_forward.h"

#include <algorithm>

#include "train/network/batch_norm_layer.h"
#include "train/network/fixed_pass.h"
#include "train/network/float_forward.h"
#include "train/network/parameter_values.h"
#include "train/ops/activation.h"
#include "train/ops/function_cast.h"
#include "train/ops/levels.h"
#include "train/ops/pool.h"
#include "train/ops/product.h"
#include "train/ops/softmax_cast.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/base/error.h"
#include "qfx/steps/value_grid.h"

namespace qfx::train {

using graph::Role;
using steps::Carrier;
using steps::Grid;

namespace {

// By node: whether a gradient can reach it. None comes through a thermometer.
std::vector<bool> reached_by_gradients(const Network& network, const Readers& readers) {
  std::vector<bool> reached(static_cast<std::size_t>(network.size()));
  for (int id = network.size() - 1; id >= 0; --id) {
    reached[id] = reached[id] || readers.is_output(id);
    const graph::Node& node = network.node(id);
    if (!reached[id] || std::holds_alternative<graph::Thermometer>(node.op)) continue;
    for (const graph::NodeId from : node.inputs) reached[from] = true;
  }
  return reached;
}

}  // namespace

FixedPass::FixedPass(Network& network, const FixedMode& mode, at::Device device, bool traces)
    : network_(network),
      mode_(mode),
      device_(device),
      value_road_(device.is_cpu() ? mode.road : Road::Operators),
      fuses_(value_road_ == Road::Fused && !traces),
      readers_(network),
      grids_(network.size()),
      chains_(network.size()) {}

at::Tensor FixedPass::run(const at::Tensor& input, std::vector<at::Tensor>* trace) {
  std::unique_ptr<at::NoGradGuard> past_the_tap;
  const std::vector<bool> reached = reached_by_gradients(network_, readers_);
  for (Layer& layer : network_.layers()) {
    // Then overflows are counted here, not on the way back.
    std::optional<at::NoGradGuard> unreached;
    if (!reached[layer.id]) {
      // A chain that still waits there has another reader, which gradients reach.
      for (const graph::NodeId from : network_.node(layer.id).inputs) chains_[from].value();
      unreached.emplace();
    }
    ElementChain chain = evaluate(layer, input);
    if (!fuses_ || unreached) chain.value();
    chains_[layer.id] = std::move(chain);
    if (trace == nullptr) readers_.release(network_, layer.id, chains_);
    if (mode_.tap != nullptr && mode_.tap->node == layer.id) {
      mode_.tap->values = chains_[layer.id].value();
      past_the_tap = std::make_unique<at::NoGradGuard>();
    }
  }
  for (const graph::NodeId id : readers_.outputs) chains_[id].value();
  for (const auto& [layer, batch] : measured_)
    move_statistics(network_.node(layer->id), *layer, *batch);
  if (trace != nullptr) {
    for (ElementChain& chain : chains_) trace->push_back(chain.value());
  }
  std::vector<at::Tensor> outputs;
  for (const graph::NodeId id : readers_.outputs) outputs.push_back(chains_[id].value());
  return joined_outputs(outputs);
}

ElementChain FixedPass::evaluate(Layer& layer, const at::Tensor& input) {
  layer_ = &layer;
  node_ = &network_.node(layer.id);
  sums_.clear();
  ElementChain chain = node_->inputs.empty()
                           ? assign(channels_last(input.to(network_.carrier_type())))
                           : std::visit([&](const auto& op) { return value(op); }, node_->op);
  // Wider sums come back to the network's carrier with their cast.
  chain.to(network_.carrier_type());
  grids_[layer.id] = output_grid();
  return chain;
}

const at::Tensor& FixedPass::compute(Layer& layer, const at::Tensor& input) {
  QFX_ASSERT(!fuses_);
  chains_[layer.id] = evaluate(layer, input);
  return chains_[layer.id].value();
}

ElementChain FixedPass::chain(int index) {
  ElementChain& from = chains_[node_->inputs[index]];
  if (fuses_ && readers_.count[node_->inputs[index]] == 1) return std::move(from);
  return pending(from.value());
}

std::optional<Grid> FixedPass::output_grid() const {
  const Point& point = network_.output_point(layer_->id);
  if (!point.casts()) return std::nullopt;
  const fixed::Format format = point.spec.format(point.frac_bits[0]);
  const fixed::Format* rounded = accumulator();
  const std::optional<Grid> exact =
      rounded != nullptr ? steps::grid_of(*rounded) : steps::exact_grid(*node_, grids_, sums_);
  return exact ? cast(*exact, format) : steps::grid_of(format);
}

Carrier FixedPass::at_least_network(Carrier carrier) const {
  return network_.carrier_type() == at::kDouble ? Carrier::Float64 : carrier;
}

ElementChain FixedPass::assign(ElementChain value) {
  if (layer_->output.casts()) value.cast(layer_->output.f, output());
  return value;
}

ElementChain FixedPass::value(const graph::Input&) {
  internal_error("an input inside the graph");
}

ElementChain FixedPass::value(const graph::BatchNorm& norm) {
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

ElementChain FixedPass::partly_float_value() {
  std::optional<steps::Moments> batch;
  const at::Tensor y = partly_float_batch_norm(*node_, *layer_, x(), mode_, batch);
  if (batch) measured_.emplace_back(layer_, std::make_shared<steps::Moments>(*batch));
  return assign(y.to(network_.carrier_type()));
}

ElementChain FixedPass::value(const graph::Affine&) {
  Parameter& scale = layer_->params.at(Role::Scale);
  Parameter* offset = find(layer_->params, Role::Offset);
  RealParameters pair{{Role::Scale, cast_parameter(network_, scale, mode_)}};
  if (offset != nullptr) pair[Role::Offset] = cast_parameter(network_, *offset, mode_);
  const std::optional<Grid> input = grid(0);
  const bool all_cast = input && scale.point.casts() && layer_->output.casts() &&
                        (offset == nullptr || offset->point.casts());
  if (!all_cast) {
    for (auto& [role, values] : pair) values = on_device(values);
    return assign(real_value(*node_, *layer_, {x()}, pair, false));
  }
  sums_ = product_grids(*input, pair[Role::Scale].detach(), scale.point.frac_bits);
  if (offset != nullptr)
    sums_ = with_offsets(sums_, doubles(pair[Role::Offset]), offset->point.frac_bits);
  const Carrier wide = carrier_for(sums_, node_->name);
  for (auto& [role, values] : pair) values = on_device(values).expand({node_->shape[0]});
  ElementChain result = chain();
  result.affine(pair[Role::Scale], offset != nullptr ? pair[Role::Offset] : at::Tensor(), wide,
                layer_->output.f, output());
  return result;
}

// Integers of the kind's own format: there is nothing to cast.
ElementChain FixedPass::value(const graph::QuantSign& levels) {
  return pending(quant_sign(x(), levels));
}
ElementChain FixedPass::value(const graph::Thermometer& levels) {
  return pending(thermometer(x(), levels));
}

ElementChain FixedPass::value(const graph::Relu&) {
  if (!layer_->output.casts()) return pending(at::relu(x()));
  ElementChain result = chain();
  result.relu(layer_->output.f, output());
  return result;
}

ElementChain FixedPass::value(const graph::Clip& clip) {
  if (!layer_->output.casts()) return pending(clipped(x(), clip));
  ElementChain result = chain();
  result.to(clip_type(result.type(), clip));
  result.clip(clip, layer_->output.f, output());
  return result;
}

ElementChain FixedPass::value(const graph::Prelu&) {
  return prelu_value(layer_->params.at(Role::Slope).value);
}
ElementChain FixedPass::value(const graph::LeakyRelu&) {
  return prelu_value(float_tensor(derived_values(network_, *layer_).at(Role::Slope)));
}

ElementChain FixedPass::prelu_value(const at::Tensor& real_slope) {
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

ElementChain FixedPass::value(const graph::Offset&) {
  const std::optional<Grid> input = grid(0);
  sums_.assign(input ? static_cast<std::size_t>(node_->shape[0]) : 0, input.value_or(Grid{}));
  return add_offset(chain(), layer_->params.at(Role::Offset), sums_);
}

ElementChain FixedPass::value(const graph::MaxPool2d& pool) {
  return assign(max_pool(x(), pool));
}

ElementChain FixedPass::value(const graph::Add&) {
  const std::optional<Grid> a = grid(0), b = grid(1);
  if (!a || !b || !layer_->output.casts()) return assign(x(0) + x(1));
  return join(&ElementChain::add, longer_chain(), sum(*a, *b));
}

ElementChain FixedPass::value(const graph::Sub&) {
  const std::optional<Grid> a = grid(0), b = grid(1);
  if (!a || !b || !layer_->output.casts()) return assign(x(0) - x(1));
  return join(&ElementChain::add, 0, sum(*a, *b), at::neg);
}

ElementChain FixedPass::value(const graph::Mul&) {
  const std::optional<Grid> a = grid(0), b = grid(1);
  if (!a || !b || !layer_->output.casts()) return assign(x(0) * x(1));
  return join(&ElementChain::mul, longer_chain(), steps::product(*a, *b));
}

ElementChain FixedPass::value(const graph::Gate&) {
  const std::optional<Grid> a = grid(0), b = grid(1);
  const at::Tensor gate = gate_along(x(1), x(0));
  if (!a || !b || !layer_->output.casts()) return assign(x(0) * gate);
  const Carrier carrier =
      at_least_network(carrier_for(steps::product(*a, *b), node_->name));
  return assign(x(0).to(type_of(carrier)) * gate.to(type_of(carrier)));
}

// One of the inputs or its negative: every type that carries the inputs carries it, and torch's
// function has torch's gradient.
ElementChain FixedPass::exact_in_float(const std::vector<at::Tensor>& inputs) {
  return assign(real_value(*node_, *layer_, inputs, {}, false));
}

// Of two inputs the one whose chain goes on; the other becomes a tensor, its side.
int FixedPass::longer_chain() const {
  return chains_[node_->inputs[0]].stages() < chains_[node_->inputs[1]].stages();
}
// The chain of input `index` goes on with the other input as its side, in the type where the
// result is exact.
template <class Stage>
ElementChain FixedPass::join(Stage stage, int index, const Grid& result_grid,
                             at::Tensor (*of_side)(const at::Tensor&)) {
  const Carrier carrier = at_least_network(carrier_for(result_grid, node_->name));
  at::Tensor side = x(1 - index).to(type_of(carrier));
  if (of_side != nullptr) side = of_side(side);
  ElementChain result = chain(index);
  result.to(side.scalar_type());
  (result.*stage)(side, layer_->output.f, output());
  return result;
}

// Values change their place alone: each lies on its own input's grid until the cast.
ElementChain FixedPass::value(const graph::Concat&) {
  std::vector<at::Tensor> values;
  for (std::size_t i = 0; i < node_->inputs.size(); ++i) values.push_back(x(static_cast<int>(i)));
  return assign(at::cat(values, 1));
}

ElementChain FixedPass::value(const graph::Unsqueeze&) {
  return pending(channels_last(at::unsqueeze(x(), 2)));
}

ElementChain FixedPass::value(const graph::Function&) {
  return table_value(function_cast);
}
ElementChain FixedPass::value(const graph::Softmax&) {
  return table_value(softmax_cast);
}

// From or to floating point there are no integers to look up.
template <class TableCast>
ElementChain FixedPass::table_value(const TableCast& table_cast) {
  const Point& input = network_.output_point(node_->inputs[0]);
  if (!input.casts() || !layer_->output.casts())
    return assign(real_value(*node_, *layer_, {x()}, {}, false));
  const steps::AssignmentPtr assignment = output();
  update_lookup(layer_->lookup, node_->op, input.spec.format(input.frac_bits[0]),
                assignment->format);
  return pending(table_cast(x(), layer_->output.f, assignment, layer_->lookup));
}

at::Tensor fixed_forward(Network& network, const at::Tensor& input, const FixedMode& mode,
                         std::vector<at::Tensor>* trace) {
  return FixedPass(network, mode, input.device(), trace != nullptr).run(input, trace);
}

}  // namespace qfx::train
