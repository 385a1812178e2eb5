#include "qfx/graph/print.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "qfx/base/table.h"
#include "qfx/graph/freeze.h"

namespace qfx::graph {
namespace {

std::string k_hot_text(int k_hot, bool signed_digits) {
  return k_hot == 0 ? "" : fmt::format(" {}-hot{}", k_hot, signed_digits ? " (signed digits)" : "");
}

// ", F 3..7" where channels differ
std::string channel_text(const std::vector<int>& frac_bits) {
  if (frac_bits.size() < 2) return "";
  const auto [least, most] = std::ranges::minmax(frac_bits);
  return fmt::format(", a point a channel: {} to {} fraction bits", least, most);
}

// The format's text with a ? for the integer bits that nobody has chosen yet.
std::string spec_text(const QuantSpec& spec, const std::vector<float>& frac_bits) {
  if (spec.is_float) return "float";
  std::vector<int> points;
  for (float point : frac_bits) points.push_back(spec.point_of(point));
  if (points.empty() && spec.int_bits) points.push_back(spec.width - *spec.int_bits);
  if (!points.empty()) return fixed::to_string(spec.format(points[0])) + channel_text(points);
  return fmt::format("{}fixed<{},?,{},{}{}>", spec.is_signed ? "" : "u", spec.width,
                     fixed::to_string(spec.rounding), fixed::to_string(spec.overflow),
                     spec.wrap_bits > 0 ? fmt::format(",{}", spec.wrap_bits) : "");
}

std::string format_text(const FrozenNode& node) {
  return fixed::to_string(node.format);
}
std::string format_text(const Node& node) {
  return spec_text(node.spec, node.frac_bits);
}
std::string format_text(const FrozenParam& param) {
  return fixed::to_string(param.format) + channel_text(param.channel_frac_bits) +
         k_hot_text(param.k_hot, param.signed_digits);
}
std::string format_text(const Param& param) {
  return spec_text(param.spec, param.frac_bits) +
         k_hot_text(param.spec.k_hot, param.spec.signed_digits);
}

std::string model_text(const auto& model) {
  Table table(std::vector<Align>(7, Align::Left));
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    const auto& node = model.nodes[id];
    std::vector<std::string> inputs;
    for (NodeId input : node.inputs) inputs.push_back(model.nodes[input].name);
    std::string params;
    for (const auto& [role, param] : node.params)
      params += fmt::format("{}{} {} {}", params.empty() ? "" : "; ", to_string(role),
                            to_string(param.shape), format_text(param));
    table.add_row({fmt::format("{:>3}", id), node.name, describe(node.op),
                    fmt::format("({})", fmt::join(inputs, ", ")), to_string(node.shape),
                    format_text(node), params});
  }
  return table.to_string();
}

std::string pair_text(std::string_view name, const Pair& value, const Pair& usual) {
  return value == usual ? "" : fmt::format(" {} {}x{}", name, value[0], value[1]);
}

std::string pool_text(const Pair& kernel, const Pair& stride, const Pair& padding) {
  return fmt::format(" {}x{}", kernel[0], kernel[1]) + pair_text("stride", stride, kernel) +
         pair_text("padding", padding, {0, 0});
}

std::string attributes_text(const Op& op) {
  using namespace std::string_literals;
  return std::visit(
      Overloaded{
          [](const Input&) { return ""s; },
          [](const Cast&) { return ""s; },
          [](const Conv2d& conv) {
            return fmt::format(" {}x{}", conv.kernel[0], conv.kernel[1]) +
                   pair_text("stride", conv.stride, {1, 1}) +
                   pair_text("padding", conv.padding, {0, 0}) +
                   pair_text("dilation", conv.dilation, {1, 1}) +
                   (conv.groups == 1 ? "" : fmt::format(" groups {}", conv.groups));
          },
          [](const Linear&) { return ""s; },
          [](const BatchNorm& norm) {
            return norm.eps == BatchNorm{}.eps ? ""s : fmt::format(" eps {}", norm.eps);
          },
          [](const Relu&) { return ""s; },
          [](const Clip& clip) { return fmt::format(" {} to {}", clip.min, clip.max); },
          [](const Prelu& prelu) { return prelu.num_parameters == 1 ? " one slope"s : ""s; },
          [](const LeakyRelu& leaky) { return fmt::format(" {}", leaky.negative_slope); },
          [](const Shift&) { return ""s; },
          [](const MaxPool2d& pool) { return pool_text(pool.kernel, pool.stride, pool.padding); },
          [](const AvgPool2d& pool) { return pool_text(pool.kernel, pool.stride, pool.padding); },
          [](const GlobalAvgPool2d&) { return ""s; },
          [](const Add&) { return ""s; },
          [](const Sub&) { return ""s; },
          [](const Mul&) { return ""s; },
          [](const Concat&) { return ""s; },
          [](const Flatten&) { return ""s; },
          [](const Unsqueeze&) { return ""s; },
          [](const Function& op) { return fmt::format(" {}", to_string(op.function)); },
          [](const Softmax& op) {
            return op.table_width == Softmax{}.table_width
                       ? ""s
                       : fmt::format(" table {} bits", op.table_width);
          },
      },
      op);
}

}  // namespace

std::string describe(const Op& op) {
  return std::string(kind_name(op)) + attributes_text(op);
}

std::string to_text(const FrozenModel& model) {
  return model_text(model);
}
std::string to_text(const Model& model) {
  return model_text(model);
}

}  // namespace qfx::graph
