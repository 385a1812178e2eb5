#include <cmath>

#include "graph/verify/checks.h"

#include "qfx/graph/own_format.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

void check_finite(const std::vector<float>& values, const std::string& tensor) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      user_error("tensor '{}': value {} is {}, it must be finite", tensor, i, values[i]);
  }
}

// The binary points are those of `spec`; 0 channels marks an activation.
void check_spec(const QuantSpec& spec, const std::vector<float>& frac_bits, std::int64_t channels,
                const std::string& tensor) {
  const bool is_param = channels > 0;
  fixed::Format format = spec.format(0);
  if (spec.int_bits) format.int_bits = *spec.int_bits;
  check_format(format, tensor);
  if (!is_param && spec.granularity == Granularity::PerChannel)
    user_error("tensor '{}': an activation has one format; per-channel formats are for parameters",
               tensor);
  if (spec.k_hot < 0 || spec.k_hot > kMaxKHot)
    user_error("tensor '{}': k_hot is {}, allowed are 0 (no limit) to {}", tensor, spec.k_hot,
               kMaxKHot);
  if (!is_param && spec.k_hot != 0)
    user_error("tensor '{}': k_hot is {}, but an activation is never K-hot; set it on parameters",
               tensor, spec.k_hot);

  const auto points = static_cast<std::int64_t>(frac_bits.size());
  const bool per_channel = spec.granularity == Granularity::PerChannel;
  if (points > 1 && !(per_channel && points == channels))
    user_error("tensor '{}': it has {} binary points, allowed are none, 1{}", tensor, points,
               per_channel ? fmt::format(" or one for each of its {} channels", channels) : "");
  for (float point : frac_bits) {
    if (!(std::abs(point) <= kMaxFracBits))
      user_error("tensor '{}': its binary point is {} fraction bits, allowed are {} to {}", tensor,
                 point, -kMaxFracBits, kMaxFracBits);
  }
}

void check_param(const Node& node, Role role, const Param& param) {
  const std::string tensor = tensor_name(node.name, role);
  const bool derived = derives_params(node.op);
  const std::size_t expected = derived ? 0 : static_cast<std::size_t>(element_count(param.shape));
  if (param.values.size() != expected)
    node_error(node, "its parameter '{}' holds {} values, it must hold {}{}", to_string(role),
               param.values.size(), expected,
               !derived ? ""
               : std::holds_alternative<LeakyRelu>(node.op)
                   ? ": it is derived from negative_slope"
                   : ": it is derived from gamma, beta and the running statistics");
  check_finite(param.values, tensor);
  check_spec(param.spec, param.frac_bits, param.shape[0], tensor);
}

void check_statistics(const Node& node) {
  const bool normalizes = std::holds_alternative<BatchNorm>(node.op);
  if (!normalizes) {
    if (!node.statistics.empty())
      node_error(node, "it has a statistic '{}' that this kind does not have",
                 to_string(node.statistics.begin()->first));
    return;
  }
  for (const Statistic statistic : kStatistics) {
    const std::string_view name = to_string(statistic);
    const auto found = node.statistics.find(statistic);
    if (found == node.statistics.end()) node_error(node, "its statistic '{}' is missing", name);
    const auto size = static_cast<std::int64_t>(found->second.size());
    if (size != node.shape[0])
      node_error(node,
                 "its statistic '{}' has {} entries, it must have one for each of the {} channels",
                 name, size, node.shape[0]);
    check_finite(found->second, tensor_name(node.name, statistic));
  }
  for (float variance : node.statistics.at(Statistic::RunningVar)) {
    if (variance < 0) node_error(node, "running_var holds {}, a variance is at least 0", variance);
  }
}

// Where the kind gives the format, nobody else does.
void check_own_spec(const std::optional<fixed::Format>& own, const QuantSpec& spec,
                    const std::vector<float>& frac_bits, const std::string& tensor) {
  if (!own) return;
  QuantSpec wanted = own_spec(*own);
  wanted.forbids_overflow = spec.forbids_overflow;
  const bool has_point = !frac_bits.empty() && spec.point_of(frac_bits[0]) != own->frac_bits();
  if (spec != wanted || has_point)
    user_error("tensor '{}': its kind gives it the format {}; its spec must say that and no more",
               tensor, fixed::to_string(*own));
}

// A flatten has its input's format, whatever its own spec says.
void check_table(const Model& model, const Node& node) {
  if (!has_table(node.op)) return;
  const Node& input = model.nodes[format_source(model.nodes, node.inputs[0])];
  if (!input.spec.is_float) check_table_input(node, input, input.spec.width);
}

}  // namespace

void verify(const Model& model) {
  check_structure(model);
  for (const Node& node : model.nodes) {
    check_param_shapes(node, param_shapes(node.op, input_shapes(model.nodes, node)));
    check_table(model, node);
    check_levels_input(model.nodes, node);
    check_spec(node.spec, node.frac_bits, 0, node.name);
    check_own_spec(own_format(node.op), node.spec, node.frac_bits, node.name);
    for (const auto& [role, param] : node.params) {
      check_param(node, role, param);
      check_own_spec(own_format(node.op, role), param.spec, param.frac_bits,
                     tensor_name(node.name, role));
    }
    check_statistics(node);
  }
}

}  // namespace qfx::graph
