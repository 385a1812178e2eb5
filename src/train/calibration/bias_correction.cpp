#include "train/calibration/bias_correction.h"

#include <algorithm>
#include <cmath>

#include "train/network/parameter_values.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

using graph::Role;

struct Summand {
  at::Tensor value;  // float32 {channels}
  Point* point = nullptr;
};

Summand moved_summand(Layer& layer) {
  for (const Role role : {Role::Bias, Role::Offset}) {
    Parameter* parameter = find(layer.params, role);
    if (parameter == nullptr) continue;
    return {parameter->value.defined() ? parameter->value : layer.beta, &parameter->point};
  }
  return {};
}

// By channel, over all batches.
struct ChannelErrors {
  at::Tensor mean;     // of real minus fixed
  at::Tensor squares;  // sum
};

ChannelErrors errors_of(BothWays& both, const Layer& layer) {
  at::Tensor sum, squares;
  double count = 0;
  for (std::int64_t b = 0; b < both.batches(); ++b) {
    const at::Tensor off =
        both.real(layer.id, b).to(at::kDouble) - both.fixed(layer.id, b).to(at::kDouble);
    const std::vector<std::int64_t> axes = all_but_channels(off);
    const at::Tensor s = at::sum(off, axes), q = at::sum(at::square(off), axes);
    sum = sum.defined() ? sum + s : s;
    squares = squares.defined() ? squares + q : q;
    count += static_cast<double>(off.numel() / s.numel());
  }
  return {sum / count, squares};
}

// So that the format holds every value that the cast sees.
void widen_range(const Network& network, Layer& layer, Point& point) {
  const Role role = layer.params.contains(Role::Bias) ? Role::Bias : Role::Offset;
  const Parameter& parameter = layer.params.at(role);
  const std::vector<float> values = parameter.value.defined()
                                        ? floats(parameter.value.detach())
                                        : derived_values(network, layer).at(role);
  const int bits = point.spec.width - (point.spec.is_signed ? 1 : 0);
  std::vector<int> points = point.frac_bits;
  for (std::size_t c = 0; c < values.size(); ++c) {
    int& own = points[points.size() == 1 ? 0 : c];
    if (values[c] == 0) continue;
    own = std::min(own, bits - static_cast<int>(std::ceil(std::log2(std::abs(values[c])))));
  }
  if (points != point.frac_bits) point.set_frac_bits(points);
}

}  // namespace

void correct_bias(BothWays& both, Layer& layer, const std::set<const Point*>& may_move) {
  const Summand summand = moved_summand(layer);
  if (summand.point == nullptr || !summand.value.defined() || !summand.point->casts()) return;
  if (!layer.output.casts()) return;
  const ChannelErrors before = errors_of(both, layer);
  const at::Tensor old = summand.value.detach().clone();
  const at::Tensor moved = (old.to(at::kDouble) + before.mean).to(at::kFloat);
  const bool moves_point = may_move.contains(summand.point);
  const std::vector<float> old_points = summand.point->values();
  summand.value.copy_(moved);
  if (moves_point) widen_range(both.network(), layer, *summand.point);
  both.compute_fixed(layer);
  const at::Tensor is_less = errors_of(both, layer).squares.lt(before.squares);
  if (at::all(is_less).item<bool>()) return;
  summand.value.copy_(at::where(is_less, moved, old));
  if (moves_point && !at::any(is_less).item<bool>()) summand.point->set(old_points);
  both.compute_fixed(layer);
}

}  // namespace qfx::train
