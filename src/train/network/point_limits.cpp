#include "train/network/point_limits.h"

#include <algorithm>
#include <optional>

#include "train/network/parameter_values.h"
#include "train/tensors/values.h"

#include "qfx/steps/point_limits.h"

namespace qfx::train {
namespace {

using graph::Role;

void move_to(Point& point, const std::vector<int>& points) {
  if (points == point.frac_bits) return;
  // Those that stay keep the real number behind them.
  std::vector<float> values = point.values();
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (points[c] != point.frac_bits[c]) values[c] = point.spec.middle_of(points[c]);
  }
  point.set(values);
}

// The parameter that multiplies the layer's input, if it has one.
Parameter* factor_of(Layer& layer) {
  for (const Role role : {Role::Weight, Role::Scale, Role::Slope}) {
    if (Parameter* found = find(layer.params, role)) return found;
  }
  return nullptr;
}
Parameter* summand_of(Layer& layer) {
  Parameter* bias = find(layer.params, Role::Bias);
  return bias != nullptr ? bias : find(layer.params, Role::Offset);
}

bool is_ready(const Point& point) {
  return point.casts() && point.is_set();
}

// What the layer's sums are; nothing where they are not all in fixed point.
std::optional<steps::ProductSum> sum_of(Network& network, Layer& layer) {
  if (layer.params.empty() || !is_ready(layer.output)) return std::nullopt;
  const graph::Node& node = network.node(layer.id);
  const Point& input = network.output_point(node.inputs[0]);
  if (!is_ready(input)) return std::nullopt;
  std::int64_t terms = 1;
  if (const graph::Param* weight = find(node.params, Role::Weight))
    terms = graph::element_count(weight->shape) / weight->shape[0];
  return steps::ProductSum{steps::magnitude_bits(input.spec, input.frac_bits[0]), terms,
                           layer.output.frac_bits[0]};
}

void limit_summand(Network& network, Layer& layer, const steps::ProductSum& sum,
                   const MayMove& may_move) {
  Parameter* summand = summand_of(layer);
  if (summand == nullptr || !is_ready(summand->point) || !may_move(summand->point)) return;
  const int input = network.output_point(network.node(layer.id).inputs[0]).frac_bits[0];
  const Parameter* factor = factor_of(layer);
  if (factor != nullptr && !is_ready(factor->point)) return;
  const std::vector<int> factors = factor == nullptr ? std::vector{0} : factor->point.frac_bits;
  const int finest = *std::ranges::max_element(factors);
  std::vector<int> limited = summand->point.frac_bits;
  for (std::size_t c = 0; c < limited.size(); ++c) {
    const int own = factors.size() == limited.size() ? factors[c] : finest;
    limited[c] = std::min(limited[c], steps::finest_summand(input + own, sum.output_point));
  }
  move_to(summand->point, limited);
}

std::vector<float> values_of(const Network& network, const Layer& layer, Role role) {
  const Parameter& parameter = layer.params.at(role);
  return parameter.value.defined() ? floats(parameter.value.detach())
                                   : derived_values(network, layer).at(role);
}

// The summand of zeros alone.
void settle_zeros(Network& network, Layer& layer, const MayMove& is_new) {
  for (const Role role : {Role::Bias, Role::Offset}) {
    Parameter* parameter = find(layer.params, role);
    if (parameter == nullptr || !is_ready(parameter->point) || !is_new(parameter->point)) continue;
    const std::vector<float> values = values_of(network, layer, role);
    if (std::ranges::any_of(values, [](float v) { return v != 0; })) continue;
    const int point =
        steps::point_of_zeros(parameter->point.spec, layer.output.spec, layer.output.frac_bits[0]);
    move_to(parameter->point, std::vector<int>(parameter->point.frac_bits.size(), point));
  }
}

}  // namespace

void limit_points(Network& network, Layer& layer, const MayMove& may_move) {
  const std::optional<steps::ProductSum> sum = sum_of(network, layer);
  if (!sum) return;
  Parameter* factor = factor_of(layer);
  if (factor != nullptr && is_ready(factor->point) && may_move(factor->point)) {
    const int finest = steps::finest_factor(*sum);
    std::vector<int> limited = factor->point.frac_bits;
    for (int& point : limited) point = std::min(point, finest);
    move_to(factor->point, limited);
  }
  limit_summand(network, layer, *sum, may_move);
}

void limit_points(Network& network, const MayMove& may_move) {
  for (Layer& layer : network.layers()) limit_points(network, layer, may_move);
}

void settle_new_points(Network& network, Layer& layer, const MayMove& is_new) {
  const std::optional<steps::ProductSum> sum = sum_of(network, layer);
  if (!sum) return;
  settle_zeros(network, layer, is_new);
  for (const Role role : {Role::Weight, Role::Scale, Role::Slope}) {
    Parameter* factor = find(layer.params, role);
    if (factor == nullptr || !is_ready(factor->point) || !is_new(factor->point)) continue;
    move_to(factor->point,
            steps::limited_factor(factor->point.frac_bits, values_of(network, layer, role),
                                  factor->point.spec, *sum));
  }
  limit_summand(network, layer, *sum, is_new);
}

void settle_learned_points(Network& network) {
  for (Layer& layer : network.layers()) {
    for (auto& [role, parameter] : layer.params) {
      Point& point = parameter.point;
      if (!point.trains() || point.frac_bits.size() < 2) continue;
      move_to(point, steps::without_idle_channels(point.frac_bits, values_of(network, layer, role),
                                                  point.spec));
    }
  }
}

}  // namespace qfx::train
