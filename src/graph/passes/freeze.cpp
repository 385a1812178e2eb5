#include "qfx/graph/freeze.h"

#include <cmath>

#include "graph/verify/checks.h"

#include "qfx/fixed/khot.h"
#include "qfx/fixed/raw.h"
#include "qfx/graph/own_format.h"
#include "qfx/graph/thermometer.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

// The binary points of a tensor, rounded: its own, or the one that its spec gives. The messages are
// the only difference between parameters and activations.
std::vector<int> binary_points(const QuantSpec& spec, const std::vector<float>& frac_bits,
                               const std::string& tensor) {
  if (spec.is_float)
    user_error("tensor '{}' is left in floating point and cannot be frozen; give it a format",
               tensor);
  std::vector<int> points;
  for (float point : frac_bits) {
    if (!(std::abs(point) <= kMaxFracBits))
      user_error("tensor '{}': its binary point is {} fraction bits, allowed are {} to {}", tensor,
                 point, -kMaxFracBits, kMaxFracBits);
    points.push_back(spec.point_of(point));
  }
  if (points.empty() && spec.int_bits) points.push_back(spec.width - *spec.int_bits);
  if (points.empty())
    user_error(
        "tensor '{}' has no binary point yet; calibrate the model, or give the tensor int_bits",
        tensor);
  return points;
}

}  // namespace

FrozenParam freeze_param(const Param& param, const std::vector<float>& values,
                         const std::string& name) {
  const std::vector<int> points = binary_points(param.spec, param.frac_bits, name);
  const std::int64_t count = element_count(param.shape), channels = param.shape.at(0);
  if (points.size() != 1 && std::ssize(points) != channels)
    user_error(
        "tensor '{}': it has {} binary points, allowed are 1 or one for each of its {} channels",
        name, points.size(), channels);
  if (std::ssize(values) != count)
    user_error("tensor '{}' holds {} values, its shape {} takes {}", name, values.size(),
               to_string(param.shape), count);
  check_format(param.spec.format(points[0]), name);

  FrozenParam frozen{.shape = param.shape,
                     .raw = std::vector<std::int32_t>(count),
                     .format = param.spec.format(points[0]),
                     .channel_frac_bits = points.size() > 1 ? points : std::vector<int>{},
                     .k_hot = param.spec.k_hot,
                     .signed_digits = param.spec.signed_digits};
  const std::int64_t inner = count / channels;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i]))
      user_error("tensor '{}': value {} is {}, it must be finite; training has diverged", name, i,
                 values[i]);
    const fixed::Format format = frozen.channel_format(i / inner);
    std::int64_t raw = fixed::raw_from_double(values[i], format);
    if (frozen.k_hot > 0)
      raw = fixed::project_khot(raw, frozen.k_hot, frozen.signed_digits, format);
    frozen.raw[i] = static_cast<std::int32_t>(raw);
  }
  return frozen;
}

FoldedPair fold_pair(std::span<const float> gamma, std::span<const float> beta,
                     std::span<const float> mean, std::span<const float> variance, double eps) {
  FoldedPair pair{std::vector<float>(gamma.size()), std::vector<float>(gamma.size())};
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    pair.scale[c] = gamma[c] / std::sqrt(variance[c] + static_cast<float>(eps));
    pair.offset[c] = beta[c] - mean[c] * pair.scale[c];
  }
  return pair;
}

FoldedPair fold_pair(const Node& batch_norm) {
  const auto& statistics = batch_norm.statistics;
  return fold_pair(statistics.at(Statistic::Gamma), statistics.at(Statistic::Beta),
                   statistics.at(Statistic::RunningMean), statistics.at(Statistic::RunningVar),
                   std::get<BatchNorm>(batch_norm.op).eps);
}

ByRole<std::vector<float>> derived_params(const Node& node) {
  ByRole<std::vector<float>> values;
  if (std::holds_alternative<BatchNorm>(node.op)) {
    FoldedPair pair = fold_pair(node);
    values[Role::Scale] = std::move(pair.scale);
    values[Role::Offset] = std::move(pair.offset);
  } else if (const auto* leaky = std::get_if<LeakyRelu>(&node.op)) {
    values[Role::Slope] = {static_cast<float>(leaky->negative_slope)};
  }
  return values;
}

FrozenModel freeze(const Model& model) {
  verify(model);
  FrozenModel frozen{.name = model.name, .nodes = {}, .task = model.task, .outputs = model.outputs};
  for (const Node& node : model.nodes) {
    FrozenNode& result = frozen.nodes.emplace_back();
    result.name = node.name;
    result.op = node.op;
    result.inputs = node.inputs;
    result.shape = node.shape;
    // No cast: whatever its own spec says, its format is its input's.
    result.format = keeps_format(node.op)
                        ? frozen.nodes[node.inputs[0]].format
                        : node.spec.format(binary_points(node.spec, node.frac_bits, node.name)[0]);
    const auto derived = derived_params(node);
    for (const auto& [role, param] : node.params) {
      if (own_format(node.op, role)) {
        result.params[role] = freeze_binary(param, tensor_name(node.name, role));
        continue;
      }
      const std::vector<float>* values = find(derived, role);
      result.params[role] = freeze_param(param, values != nullptr ? *values : param.values,
                                         tensor_name(node.name, role));
    }
    if (has_table(node.op))
      result.params[Role::Table] =
          *make_table(node.op, frozen.nodes[node.inputs[0]].format, result.format);
    if (const auto* thermometer = std::get_if<Thermometer>(&node.op))
      result.params[Role::Threshold] = make_thresholds(
          *thermometer, frozen.nodes[node.inputs[0]].format, frozen.nodes[node.inputs[0]].shape[0]);
  }
  verify(frozen);
  return frozen;
}

}  // namespace qfx::graph
