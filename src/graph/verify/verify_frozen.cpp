#include <algorithm>

#include "graph/exact/frac_bits.h"
#include "graph/verify/checks.h"

#include "qfx/fixed/khot.h"
#include "qfx/graph/range.h"
#include "qfx/graph/thermometer.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

void check_channel_points(const FrozenNode& node, const FrozenParam& param,
                          const std::string& tensor) {
  if (param.channel_frac_bits.empty()) return;
  const auto points = static_cast<std::int64_t>(param.channel_frac_bits.size());
  if (points != param.shape[0])
    node_error(
        node,
        "'{}' has {} channel binary points, allowed are none or one for each of its {} channels",
        tensor, points, param.shape[0]);
  if (param.channel_frac_bits[0] != param.format.frac_bits())
    node_error(
        node,
        "'{}' has the format {} with {} fraction bits, but its channel 0 has {}; they must agree",
        tensor, fixed::to_string(param.format), param.format.frac_bits(),
        param.channel_frac_bits[0]);
  for (int point : param.channel_frac_bits) {
    if (point < -kMaxFracBits || point > kMaxFracBits)
      node_error(node, "'{}' has a channel with {} fraction bits, allowed are {} to {}", tensor,
                 point, -kMaxFracBits, kMaxFracBits);
  }
}

void check_param(const FrozenNode& node, Role role, const FrozenParam& param) {
  const std::string tensor = tensor_name(node.name, role);
  check_format(param.format, tensor);
  check_channel_points(node, param, tensor);
  if (static_cast<std::int64_t>(param.raw.size()) != element_count(param.shape))
    node_error(node, "'{}' holds {} values, its shape {} takes {}", tensor, param.raw.size(),
               to_string(param.shape), element_count(param.shape));
  if (param.k_hot < 0 || param.k_hot > kMaxKHot)
    node_error(node, "'{}': k_hot is {}, allowed are 0 (no limit) to {}", tensor, param.k_hot,
               kMaxKHot);
  const std::int64_t lowest = fixed::min_raw(param.format), highest = fixed::max_raw(param.format);
  for (std::size_t i = 0; i < param.raw.size(); ++i) {
    const std::int32_t raw = param.raw[i];
    if (raw < lowest || raw > highest)
      node_error(node, "'{}': value {} is {}, its format {} holds {} to {}", tensor, i, raw,
                 fixed::to_string(param.format), lowest, highest);
    if (param.k_hot > 0 && fixed::count_digits(raw, param.signed_digits) > param.k_hot)
      node_error(node, "'{}': value {} is {} with {} {}, k_hot allows {}", tensor, i, raw,
                 fixed::count_digits(raw, param.signed_digits),
                 param.signed_digits ? "signed digits" : "ones", param.k_hot);
  }
}

// A cast is computed in 64-bit integers; source and target lie within reach of one another.
void check_cast(const std::vector<FrozenNode>& nodes, const FrozenNode& node) {
  if (!has_cast(node.op)) return;
  const int source = exact_frac_bits(nodes, node), target = node.format.frac_bits();
  if (std::abs(source - target) > kMaxCastDistance)
    node_error(node,
               "its exact result has {} fraction bits and its format {} has {}; at most {} apart "
               "are allowed",
               source, fixed::to_string(node.format), target, kMaxCastDistance);
}

ByRole<Shape> frozen_param_shapes(const std::vector<FrozenNode>& nodes, const FrozenNode& node) {
  ByRole<Shape> shapes = param_shapes(node.op, input_shapes(nodes, node));
  if (has_table(node.op)) {
    const FrozenNode& input = nodes[node.inputs[0]];
    check_table_input(node, input, input.format.width);
    shapes[Role::Table] = {std::int64_t{1} << input.format.width};
  }
  if (std::holds_alternative<Thermometer>(node.op)) shapes[Role::Threshold] = {node.shape[0]};
  return shapes;
}

// Where the kind gives the format: that one, and for a binary weight no other values than its two.
void check_own_formats(const FrozenNode& node) {
  const auto check = [&](const std::optional<fixed::Format>& own, const fixed::Format& format,
                         std::string_view what) {
    if (own && *own != format)
      node_error(node, "{} has the format {}, and of this kind it is always {}", what,
                 fixed::to_string(format), fixed::to_string(*own));
  };
  check(own_format(node.op), node.format, "it");
  for (const auto& [role, param] : node.params) {
    const auto own = own_format(node.op, role);
    if (!own) continue;
    check(own, param.format, fmt::format("its {}", to_string(role)));
    if (!param.channel_frac_bits.empty() || param.k_hot != 0)
      node_error(node, "its {} is binary: it has one binary point and no K-hot", to_string(role));
    const auto other =
        std::ranges::find_if(param.raw, [](int raw) { return raw != 1 && raw != -1; });
    if (other != param.raw.end())
      node_error(node, "its {} is binary, and value {} is {}; allowed are -1 and 1",
                 to_string(role), other - param.raw.begin(), *other);
  }
}

// The thresholds of a thermometer lie on its input's grid.
void check_thresholds(const std::vector<FrozenNode>& nodes, const FrozenNode& node) {
  if (!std::holds_alternative<Thermometer>(node.op)) return;
  const FrozenNode& input = nodes[node.inputs[0]];
  const fixed::Format wanted = threshold_format(input.format);
  if (wanted.width > kMaxSignedWidth)
    node_error(node,
               "its input '{}' has {} bits, and thresholds beside it take {}; at most {} are "
               "allowed; narrow '{}'",
               input.name, input.format.width, wanted.width, kMaxSignedWidth, input.name);
  const FrozenParam& thresholds = node.params.at(Role::Threshold);
  if (thresholds.format != wanted || !thresholds.channel_frac_bits.empty() || thresholds.k_hot != 0)
    node_error(node, "its thresholds have the format {}, beside its input they have {}",
               fixed::to_string(thresholds.format), fixed::to_string(wanted));
}

// What a table must be beside a parameter like any other: values that the node gives as they are,
// or exponentials of which the sum is never zero.
void check_table(const FrozenNode& node) {
  if (!has_table(node.op)) return;
  const FrozenParam& table = node.params.at(Role::Table);
  const auto* softmax = std::get_if<Softmax>(&node.op);
  const fixed::Format format = softmax ? softmax_table_format(*softmax) : node.format;
  if (table.format != format || !table.channel_frac_bits.empty() || table.k_hot != 0)
    node_error(
        node, "its table has the format {}{}, it must have {} with one binary point and no K-hot",
        fixed::to_string(table.format), table.k_hot != 0 ? fmt::format(" {}-hot", table.k_hot) : "",
        fixed::to_string(format));
  if (softmax) {
    if (table.raw[0] == 0)
      node_error(node,
                 "entry 0 of its table, the exponential of 0, is 0, and a sum of zeros divides "
                 "nothing; it must be at least 1");
    return;
  }
  const Interval held = held_range(format);
  const auto unheld = std::ranges::find_if(
      table.raw, [&](std::int32_t raw) { return raw < held.lo || raw > held.hi; });
  if (unheld != table.raw.end())
    node_error(node, "entry {} of its table is {}, its format {} gives {} to {}",
               unheld - table.raw.begin(), *unheld, fixed::to_string(format), held.lo, held.hi);
}

}  // namespace

void verify(const FrozenModel& model) {
  check_structure(model);
  for (const FrozenNode& node : model.nodes) {
    check_format(node.format, node.name);
    check_param_shapes(node, frozen_param_shapes(model.nodes, node));
    for (const auto& [role, param] : node.params) check_param(node, role, param);
    check_table(node);
    check_own_formats(node);
    check_thresholds(model.nodes, node);
    check_levels_input(model.nodes, node);
    check_cast(model.nodes, node);
    if (keeps_format(node.op) && node.format != model.nodes[node.inputs[0]].format)
      node_error(node, "its format is {}, but it has no cast and keeps its input's format {}",
                 fixed::to_string(node.format),
                 fixed::to_string(model.nodes[node.inputs[0]].format));
  }
}

}  // namespace qfx::graph
