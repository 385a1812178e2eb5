#include "imports/lower/formats.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "imports/lower/real_factors.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/op.h"
#include "qfx/graph/own_format.h"
#include "qfx/graph/table.h"
#include "qfx/graph/window_counts.h"

namespace qfx::imports {
namespace {

using fixed::Format;
using fixed::Overflow;
using fixed::Rounding;
using graph::NodeId;
using graph::Role;

// What calibration decides.
constexpr int kOpenWidth = 16;

graph::QuantSpec spec_of(const Format& format) {
  graph::QuantSpec spec;
  spec.width = format.width;
  spec.is_signed = format.is_signed;
  spec.rounding = format.rounding;
  spec.overflow = format.overflow;
  spec.learned = false;
  spec.int_bits = format.int_bits;
  return spec;
}

std::vector<float> point_of(const Format& format) {
  return {static_cast<float>(format.frac_bits())};
}

// The coarsest grid that holds all values exactly, in at most `most` bits.
std::optional<Format> exact_format(const std::vector<float>& values, int most) {
  double largest = 0, lowest = 0;
  int frac_bits = -40;
  for (const float value : values) {
    largest = std::max(largest, static_cast<double>(value));
    lowest = std::min(lowest, static_cast<double>(value));
    if (value == 0) continue;
    int exponent = 0;
    const auto mantissa =
        static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 24));
    int zeros = 0;
    while (((mantissa >> zeros) & 1) == 0) ++zeros;
    frac_bits = std::max(frac_bits, 24 - exponent - zeros);
  }
  if (frac_bits == -40) frac_bits = 0;
  if (frac_bits > 60) return std::nullopt;
  const double low = std::ldexp(lowest, frac_bits), high = std::ldexp(largest, frac_bits);
  if (std::max(-low, high) >= 0x1p30) return std::nullopt;
  Format format{.is_signed = true, .rounding = Rounding::RND_CONV, .overflow = Overflow::SAT};
  format.width = std::max(2, graph::width_for({static_cast<std::int64_t>(low),
                                               static_cast<std::int64_t>(high)},
                                              true));
  format.int_bits = format.width - frac_bits;
  if (format.width > most) return std::nullopt;
  return format;
}

class Settling {
 public:
  Settling(graph::Model& model, const KnownFormats& known)
      : model_(model), known_(known), multiplied_(multiplied(model)) {}

  std::vector<std::string> run() {
    for (std::size_t id = 0; id < model_.nodes.size(); ++id)
      settle(static_cast<NodeId>(id), model_.nodes[id]);
    remark(open_,
           "the file does not say how they are quantized: activations get 16 bits and a calibrated "
           "point, weights 8 bits and a point for each channel");
    remark(rounded_,
           "values that the file does not round and that are no 32-bit numbers (27 bits before a "
           "product, 16 before a table) are rounded to these");
    return std::move(remarks_);
  }

 private:
  void remark(const std::vector<std::string>& names, const char* what) {
    constexpr std::size_t kShown = 6;
    if (names.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i)
      text += (i > 0 ? ", '" : "'") + names[i] + "'";
    if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
    remarks_.push_back(fmt::format("{}: {}", what, text));
  }

  void settle(NodeId id, graph::Node& node) {
    if (graph::keeps_format(node.op)) {
      const NodeId from = node.inputs[0];
      node.spec = model_.nodes[from].spec;
      node.frac_bits = model_.nodes[from].frac_bits;
      formats_.push_back(formats_[from]);
      return;
    }
    bool is_known = true;
    for (const NodeId input : node.inputs) is_known &= formats_[input].has_value();
    for (auto& [role, param] : node.params) {
      if (graph::own_format(node.op, role)) continue;
      is_known &= settle_param(id, node, role, param);
    }
    if (const auto own = graph::own_format(node.op)) {
      formats_.push_back(*own);
      return;
    }
    std::optional<Format> format;
    if (const auto found = known_.nodes.find(id); found != known_.nodes.end())
      format = found->second;
    else if (is_known && !std::holds_alternative<graph::Input>(node.op))
      format = exact(id, node);
    formats_.push_back(format);
    if (format) {
      node.spec = spec_of(*format);
      node.frac_bits = point_of(*format);
      return;
    }
    node.spec.width = kOpenWidth;
    node.spec.learned = false;
    open_.push_back(node.name);
  }

  // Whether its values are fixed.
  bool settle_param(NodeId id, const graph::Node& node, Role role, graph::Param& param) {
    const auto derived = graph::derived_params(node);
    const auto* of_kind = graph::find(derived, role);
    const std::vector<float>& values = of_kind != nullptr ? *of_kind : param.values;
    const auto grid = known_.params.find({id, role});
    if (grid != known_.params.end() && fix(grid->second, param)) return true;
    if (const auto format = exact_format(values, role == Role::Weight ? 16 : 24)) {
      param.spec = spec_of(*format);
      param.frac_bits = point_of(*format);
      return true;
    }
    if (role == Role::Weight) {
      param.spec.width = 8;
      param.spec.granularity = graph::Granularity::PerChannel;
      open_.push_back(graph::tensor_name(node.name, role));
      return false;
    }
    widen(node, role, param, derived);
    return true;
  }

  void widen(const graph::Node& node, Role role, graph::Param& param,
             const graph::ByRole<std::vector<float>>& derived) {
    const auto values_of = [&](Role of) -> std::span<const float> {
      if (const auto* values = graph::find(derived, of)) return *values;
      const auto found = node.params.find(of);
      return found == node.params.end() ? std::span<const float>() : found->second.values;
    };
    if (role == Role::Bias) return widen_term(param, values_of(role), std::nullopt);
    const std::optional<Format>& x = formats_[node.inputs.at(0)];
    const Role factor = role == Role::Offset ? Role::Scale : role;
    const auto finest = finest_sum(x, values_of(factor), values_of(Role::Offset));
    if (role == Role::Offset) return widen_term(param, values_of(role), finest);
    widen_factor(param, values_of(role),
                 finest ? std::optional(*finest - x->frac_bits()) : std::nullopt);
  }

  static bool fix(const ParamGrid& grid, graph::Param& param) {
    std::vector<float> points;
    std::optional<int> any;
    for (const auto& frac_bits : grid.frac_bits) {
      if (frac_bits) any = frac_bits;
    }
    if (!any) return false;
    bool differs = false;
    for (std::int64_t c = 0; c < param.shape[0]; ++c) {
      const bool is_there = c < std::ssize(grid.frac_bits) && grid.frac_bits[c];
      points.push_back(static_cast<float>(is_there ? *grid.frac_bits[c] : *any));
      differs |= points.back() != points.front();
    }
    const Format format =
        format_of(grid.low, grid.high, static_cast<int>(points[0]), grid.rounding);
    param.spec = spec_of(format);
    if (!differs) points.resize(1);
    if (differs) param.spec.granularity = graph::Granularity::PerChannel;
    param.frac_bits = std::move(points);
    return true;
  }

  // The format of the exact value; nothing for a function whose values this does not know.
  std::optional<Format> exact(NodeId id, const graph::Node& node) {
    if (std::holds_alternative<graph::Softmax>(node.op))
      return Format{.width = 24, .int_bits = 1, .is_signed = false, .rounding = Rounding::RND,
                    .overflow = Overflow::SAT};
    if (const auto* function = std::get_if<graph::Function>(&node.op))
      return looked_up(function->function, *formats_[node.inputs[0]]);
    graph::FrozenModel alone = frozen_alone(node);
    const graph::NodeRange range = graph::analyze_ranges(alone).back();
    std::int64_t low = range.accumulator.lo, high = range.accumulator.hi;
    int frac_bits = range.accumulator_frac_bits;
    bool is_exact = true;
    for (std::int64_t divisor = divisor_of(node); divisor > 1;) {
      if (divisor % 2 == 0) {
        divisor /= 2;
        ++frac_bits;
        continue;
      }
      // A quotient that no grid holds: as many bits as there are.
      is_exact = false;
      low = low / divisor - 1;
      high = high / divisor + 1;
      divisor = 1;
      while (std::max(-low, high) < (std::int64_t{1} << 30)) {
        low *= 2;
        high *= 2;
        ++frac_bits;
      }
    }
    Format format{.is_signed = low < 0, .rounding = Rounding::RND, .overflow = Overflow::SAT};
    const int most = known_.narrow.contains(id) ? graph::kMaxTableInputWidth
                     : multiplied_[id]          ? kMultipliedWidth
                     : format.is_signed         ? graph::kMaxSignedWidth
                                                : graph::kMaxUnsignedWidth;
    const int needed = std::max(2, graph::width_for({low, high}, format.is_signed));
    format.width = std::min(needed, most);
    format.int_bits = needed - frac_bits;
    if (needed > most || !is_exact) {
      format.rounding = known_.signs.contains(id) ? Rounding::TRN : Rounding::RND_CONV;
      rounded_.push_back(node.name);
    }
    return format;
  }

  static std::optional<Format> looked_up(graph::FunctionName function, const Format& input) {
    using graph::FunctionName;
    Format format{.width = kOpenWidth, .int_bits = 1, .is_signed = false,
                  .rounding = Rounding::RND, .overflow = Overflow::SAT};
    if (function == FunctionName::Sigmoid || function == FunctionName::HardSigmoid) return format;
    format.is_signed = true;
    if (function == FunctionName::Tanh || function == FunctionName::Erf ||
        function == FunctionName::Softsign) {
      format.int_bits = 2;
      return format;
    }
    // No further from zero than x, or by less than one.
    if (function != FunctionName::HardSwish && function != FunctionName::Silu &&
        function != FunctionName::Gelu && function != FunctionName::Softplus)
      return std::nullopt;
    format.int_bits = std::max(input.int_bits, 2) + 1;
    return format;
  }

  // By what a mean is divided; 1 elsewhere.
  std::int64_t divisor_of(const graph::Node& node) const {
    const graph::Shape& image = model_.nodes[node.inputs.at(0)].shape;
    const graph::Form form = graph::form_of(node.op);
    if (std::holds_alternative<graph::Plane>(form)) return image[1] * image[2];
    const auto* window = std::get_if<graph::Window>(&form);
    if (window == nullptr || window->reduce != graph::Reduce::Mean) return 1;
    return graph::window_counts(*window, image, node.shape).divisor();
  }

  // The node with inputs of the formats that are known, frozen; its own format is of no account.
  graph::FrozenModel frozen_alone(const graph::Node& node) const {
    graph::FrozenModel alone;
    graph::FrozenNode last{.name = node.name, .op = node.op, .shape = node.shape};
    last.format = {.width = 32, .int_bits = 32, .is_signed = true, .rounding = Rounding::RND,
                   .overflow = Overflow::SAT};
    for (const NodeId input : node.inputs) {
      const graph::Node& from = model_.nodes[input];
      last.inputs.push_back(static_cast<NodeId>(alone.nodes.size()));
      alone.nodes.push_back({.name = from.name,
                             .op = graph::Input{.shape = from.shape},
                             .shape = from.shape,
                             .format = *formats_[input]});
    }
    const auto derived = graph::derived_params(node);
    for (const auto& [role, param] : node.params) {
      const std::string name = graph::tensor_name(node.name, role);
      const auto* values = graph::find(derived, role);
      last.params[role] =
          graph::own_format(node.op, role)
              ? graph::freeze_binary(param, name)
              : graph::freeze_param(param, values != nullptr ? *values : param.values, name);
    }
    alone.nodes.push_back(std::move(last));
    return alone;
  }

  graph::Model& model_;
  const KnownFormats& known_;
  std::vector<bool> multiplied_;  // by node
  std::vector<std::optional<Format>> formats_;  // by node; nothing where calibration decides
  std::vector<std::string> open_, rounded_, remarks_;
};

}  // namespace

std::vector<std::string> settle_formats(graph::Model& model, const KnownFormats& known) {
  return Settling(model, known).run();
}

}  // namespace qfx::imports
