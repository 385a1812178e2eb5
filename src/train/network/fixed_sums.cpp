// Of a network in fixed point the nodes that add up: products and means.
#include <algorithm>

#include "train/network/fixed_pass.h"
#include "train/network/parameter_values.h"
#include "train/ops/accumulate.h"
#include "train/ops/fractional.h"
#include "train/ops/pool.h"
#include "train/ops/product.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {

using graph::Role;
using steps::Carrier;
using steps::Grid;

FixedPass::Product FixedPass::product() {
  const Parameter& weight = layer_->params.at(Role::Weight);
  Product product{.weight = cast_parameter(network_, layer_->params.at(Role::Weight), mode_),
                  .grids = {},
                  .carrier = at_least_network(Carrier::Float32),
                  .integers = {}};
  const std::optional<Grid> input = grid(0);
  if (!input || !weight.point.casts()) return product;
  const std::vector<int>& bits = weight.point.frac_bits;
  product.grids = product_grids(*input, product.weight.detach(), bits);
  if (accumulator() != nullptr) return product;  // its sums are others
  product.carrier = std::max(product.carrier, carrier_for(product.grids, node_->name));
  const Point& from = network_.output_point(node_->inputs[0]);
  if (value_road_ != Road::Operators)
    product.integers = integer_operands(from.spec.format(from.frac_bits[0]),
                                        weight.point.spec.format(bits[0]), bits, product.grids);
  return product;
}

ElementChain FixedPass::value(const graph::Conv2d& conv) {
  const auto exact = [&](const Product& product, Carrier carrier) {
    return exact_conv2d(x(), on_device(product.weight), conv, carrier, product.integers);
  };
  if (const fixed::Format* a = accumulator()) {
    return accumulated_value(
        *a, [&](const auto&... w) { return accumulated_conv2d(x(), w..., conv, *a); }, exact);
  }
  return product_value(exact);
}

ElementChain FixedPass::value(const graph::Linear&) {
  const auto exact = [&](const Product& product, Carrier carrier) {
    return exact_linear(x(), on_device(product.weight), carrier);
  };
  if (const fixed::Format* a = accumulator()) {
    return accumulated_value(
        *a, [&](const auto&... w) { return accumulated_linear(x(), w..., *a); }, exact);
  }
  return product_value(exact);
}

// The exact sums, the bias, one cast.
template <class Sum>
ElementChain FixedPass::product_value(const Sum& sum_of) {
  Product product = this->product();
  const at::Tensor sums = sum_of(product, product.carrier);
  Parameter* bias = find(layer_->params, Role::Bias);
  ElementChain result = bias == nullptr ? assign_sums(sums, product.grids)
                                        : add_offset(pending(sums), *bias, product.grids);
  note_carrier(product.carrier, product.grids);
  sums_ = std::move(product.grids);
  return result;
}

ElementChain FixedPass::assign_sums(const at::Tensor& sums, const std::vector<Grid>& grids) {
  Point& point = layer_->output;
  const bool is_given = point.casts() && point.is_set() && !point.trains();
  if (grids.empty() || !is_given) return assign(sums);
  const fixed::Format format = point.spec.format(point.frac_bits[0]);
  const auto held = [&](const Grid& grid) { return holds(format, grid); };
  if (!std::ranges::all_of(grids, held)) return assign(sums);
  if (mode_.count) point.count.values += sums.numel();
  return pending(sums);
}

const fixed::Format* FixedPass::accumulator() const {
  const fixed::Format* format = graph::accumulator_of(node_->op);
  if (format == nullptr || !grid(0) || !layer_->output.casts()) return nullptr;
  for (const auto& [role, parameter] : layer_->params) {
    if (!parameter.point.casts()) return nullptr;
  }
  return format;
}

// The sums rounded on their way, in float64; their gradient is that of the exact ones, which need
// no proof.
template <class Rounded, class Exact>
ElementChain FixedPass::accumulated_value(const fixed::Format& accumulator, const Rounded& rounded,
                                          const Exact& exact) {
  const Product product = this->product();
  const Point& weight = layer_->params.at(Role::Weight).point;
  const Grid held = steps::grid_of(accumulator);
  for (const int bits : weight.frac_bits) {
    const Grid term = steps::product(*grid(0), steps::grid_of(weight.spec.format(bits)));
    carrier_for(steps::sum(held, term), node_->name);
  }
  Parameter* bias = find(layer_->params, Role::Bias);
  const at::Tensor cast_bias =
      bias == nullptr ? at::Tensor() : cast_parameter(network_, *bias, mode_);
  at::Tensor sums = rounded(product.weight, cast_bias);
  if (at::GradMode::is_enabled()) {
    at::Tensor real = exact(product, Carrier::Float64);
    if (bias != nullptr) real = real + along_channels(on_device(cast_bias.to(at::kDouble)), real);
    sums = with_gradient_of(real, sums);
  }
  sums_ = {held};
  note_carrier(Carrier::Float64, sums_);
  return assign(sums);
}

ElementChain FixedPass::value(const graph::FractionalConv2d& conv) {
  const Product product = this->product();
  const at::ScalarType type = type_of(product.carrier);
  const at::Tensor threshold = cast_parameter(network_, layer_->params.at(Role::Threshold), mode_);
  sums_ = product.grids;
  note_carrier(product.carrier, sums_);
  const at::Tensor sums = fractional_conv2d(x().to(type), on_device(product.weight.to(type)),
                                            on_device(threshold.to(type)), conv, product.integers);
  return assign_sums(sums, sums_);
}

ElementChain FixedPass::add_offset(ElementChain sums, Parameter& offset, std::vector<Grid>& grids) {
  const at::Tensor cast_offset = cast_parameter(network_, offset, mode_).to(sums.type());
  if (grids.empty() || !offset.point.casts() || !layer_->output.casts()) {
    grids.clear();
    return assign(sums.value() + along_channels(on_device(cast_offset), sums.value()));
  }
  grids = with_offsets(grids, doubles(cast_offset), offset.point.frac_bits);
  sums.offset(on_device(cast_offset), carrier_for(grids, node_->name), layer_->output.f, output());
  return sums;
}

void FixedPass::note_carrier(Carrier carrier, const std::vector<Grid>& grids) {
  layer_->has_carrier = true;
  layer_->carrier = carrier;
  layer_->accumulator_width = 0;
  for (const Grid& g : grids)
    layer_->accumulator_width = std::max(layer_->accumulator_width, signed_width(g));
}

ElementChain FixedPass::value(const graph::AvgPool2d& pool) {
  if (const fixed::Format* a = accumulator()) {
    const Grid held = steps::grid_of(*a);
    check_mean(held, 1, layer_->output.frac_bits[0], node_->name);
    carrier_for(steps::sum(held, *grid(0)), node_->name);
    const at::Tensor means = accumulated_mean(x(), pool, *a);
    return assign(with_gradient_of(exact_mean_pool(x(), pool), means));
  }
  const std::optional<Grid> input = grid(0);
  if (input && layer_->output.casts())
    check_mean(*input, pool.kernel[0] * pool.kernel[1], layer_->output.frac_bits[0], node_->name);
  return assign(exact_mean_pool(x(), pool));
}

ElementChain FixedPass::value(const graph::GlobalAvgPool2d&) {
  const graph::Pair window{x().size(2), x().size(3)};
  return value(graph::AvgPool2d{.kernel = window, .stride = window});
}

}  // namespace qfx::train
