#include "qfx/graph/print.h"

#include <algorithm>
#include <cmath>
#include <concepts>
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
  return fmt::format(", one point per channel: {} to {} fraction bits", least, most);
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

std::string shown(const Pair& value) {
  return fmt::format("{}x{}", value[0], value[1]);
}
std::string shown(const Sides& sides) {
  if (sides.is_alike()) return shown(Pair{sides.top, sides.left});
  return fmt::format("[{}, {}, {}, {}]", sides.top, sides.left, sides.bottom, sides.right);
}
std::string shown(FunctionName function) {
  return std::string(to_string(function));
}
std::string shown(const std::vector<Point>& points) {
  return fmt::format("{}", points.size());
}
std::string shown(const std::optional<fixed::Format>& format) {
  return fixed::to_string(*format);  // shown where it is not the usual, which is none
}
std::string shown(const auto& value) {
  return fmt::format("{}", value);
}

// What the kind wants people to see of its attributes.
struct AttributesText {
  std::string text;

  template <class T, class Usual>
  void operator()(const Attribute& attribute, const T& value, const auto&, const Usual& usual) {
    bool is_shown = attribute.always_shown;
    if constexpr (std::same_as<Usual, Required>)
      is_shown = true;
    else
      is_shown = is_shown || value != usual;
    if (is_shown && !attribute.text.empty())
      text += fmt::format(fmt::runtime(attribute.text), shown(value));
  }
};

}  // namespace

std::string describe(const Op& op) {
  AttributesText attributes;
  std::visit([&](const auto& kind) { visit_attributes(kind, attributes); }, op);
  return std::string(kind_name(op)) + attributes.text;
}

std::string to_text(const FrozenModel& model) {
  return model_text(model);
}
std::string to_text(const Model& model) {
  return model_text(model);
}

}  // namespace qfx::graph
