// Formats, binary points and parameters for a topology.
#include <algorithm>
#include <cmath>
#include <functional>

#include "support/random_model.h"
#include "support/reference.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"
#include "qfx/graph/table.h"
#include "qfx/graph/verify.h"

namespace qfx::test {
namespace {

using fixed::Overflow;
using fixed::Rounding;
using graph::NodeId;
using graph::Param;
using graph::QuantSpec;

constexpr std::int64_t kProbeImages = 2;

class FormatFiller {
 public:
  FormatFiller(graph::Model& model, Rng& rng, const RandomModelOptions& options)
      : model_(model), rng_(rng), options_(options), raw_(model.nodes.size()) {}

  bool fill() {
    fill_input();
    for (NodeId id = 1; id < std::ssize(model_.nodes); ++id)
      if (!fill_node(id)) return false;
    return true;
  }

 private:
  QuantSpec random_spec() {
    QuantSpec spec;
    spec.width =
        static_cast<int>(rng_.weighted({0, 1, 2, 2, 3, 2, 2, 2, 8, 2, 2, 1, 2, 1, 1, 1, 2}));
    if (rng_.chance(0.06)) spec.width = static_cast<int>(rng_.between(17, 32));
    spec.width = std::min(spec.width, options_.max_width);
    spec.is_signed = rng_.chance(0.65) || spec.width == 32;
    const bool is_ap = options_.modes == Modes::ApFixed;
    spec.rounding =
        rng_.chance(0.3) ? Rounding::RND : static_cast<Rounding>(rng_.below(is_ap ? 7 : 8));
    spec.overflow = rng_.chance(0.3)
                        ? Overflow::SAT
                        : static_cast<Overflow>(rng_.below(is_ap && spec.is_signed ? 5 : 4));
    const bool wraps = spec.overflow == Overflow::WRAP || spec.overflow == Overflow::WRAP_SM;
    if (is_ap && wraps && rng_.chance(0.4))
      spec.wrap_bits = static_cast<int>(rng_.between(1, std::min(spec.width, 4)));
    spec.learned = rng_.chance(0.5);
    if (rng_.chance(0.1)) spec.forbids_overflow = true;
    if (rng_.chance(0.3)) spec.point_form = graph::PointForm::Log2Threshold;
    return spec;
  }

  // The binary point at which numbers up to `magnitude` just fit, moved by a few places now and
  // then.
  float random_point(const QuantSpec& spec, double magnitude, bool exact_jitter = true) {
    const double shift = static_cast<double>(rng_.weighted({1, 2, 8, 5, 2})) - 3;
    const double top =
        magnitude > 0 ? std::ceil(std::log2(magnitude)) : static_cast<double>(rng_.between(-4, 4));
    const double point = spec.width - spec.is_signed - top - shift;
    // A learned point is a real number; its rounding decides.
    const double off = exact_jitter && rng_.chance(0.5) ? rng_.uniform(-0.49, 0.49) : 0.0;
    return static_cast<float>(std::clamp(point, -40.0, 60.0) + off);
  }

  // The node's values go into a table, perhaps by way of a flatten.
  bool feeds_table(NodeId id) const {
    for (NodeId reader = id + 1; reader < std::ssize(model_.nodes); ++reader) {
      const graph::Node& node = model_.nodes[reader];
      if (std::ranges::find(node.inputs, id) == node.inputs.end()) continue;
      if (graph::has_table(node.op)) return true;
      if (graph::keeps_format(node.op) && feeds_table(reader)) return true;
    }
    return false;
  }

  // Narrow before a table: mostly so narrow that its text costs the exported code little.
  QuantSpec random_spec_of(NodeId id) {
    QuantSpec spec = random_spec();
    constexpr int kCheapTable = 9;
    if (feeds_table(id))
      spec.width =
          std::min(spec.width, rng_.chance(0.03) ? graph::kMaxTableInputWidth : kCheapTable);
    spec.wrap_bits = std::min(spec.wrap_bits, spec.width);
    return spec;
  }

  void fill_input() {
    graph::Node& input = model_.nodes[0];
    input.spec = random_spec_of(0);
    input.frac_bits = {random_point(input.spec, std::exp2(rng_.uniform(-3, 4)))};
    const graph::FrozenNode frozen = frozen_input();
    const std::vector<float> samples = random_samples(model_, rng_.next(), kProbeImages);
    raw_[0] = reference_quantize(frozen, samples);
  }

  graph::FrozenNode frozen_input() const {
    const graph::Node& node = model_.nodes[0];
    graph::FrozenNode frozen;
    frozen.name = node.name;
    frozen.op = node.op;
    frozen.shape = node.shape;
    frozen.format = node.spec.format(node.spec.point_of(node.frac_bits[0]));
    return frozen;
  }

  // All images' values at their new places.
  static std::vector<std::int32_t> moved(const graph::Node& node, const graph::Shape& in,
                                         const std::vector<std::int32_t>& from) {
    if (graph::renames(node.op)) return from;
    const std::vector<std::int64_t> sources = graph::sources_of(
        graph::moves_of(graph::view_of(node.op, in), in, graph::Arrangement::RowMajor));
    std::vector<std::int32_t> to;
    for (std::int64_t first = 0; first < std::ssize(from); first += graph::element_count(in))
      for (const std::int64_t source : sources) to.push_back(from[first + source]);
    return to;
  }

  bool fill_node(NodeId id) {
    graph::Node& node = model_.nodes[id];
    if (graph::keeps_format(node.op)) {
      const graph::Node& source = model_.nodes[node.inputs[0]];
      node.spec = source.spec;
      node.frac_bits = source.frac_bits;
      raw_[id] = moved(node, source.shape, raw_[node.inputs[0]]);
      return true;
    }
    constexpr int kTries = 12;
    for (int i = 0; i < kTries; ++i)
      if (try_formats(id)) return true;
    return false;
  }

  // The kind says the format.
  bool try_own_format(NodeId id) {
    graph::Node& node = model_.nodes[id];
    node.frac_bits = {0};
    try {
      const graph::FrozenModel frozen = graph::freeze(keep_ancestors(model_, id));
      raw_[id].clear();
      for (const Exact& value : probe(id, frozen.nodes.back()))
        raw_[id].push_back(cast_exact(value, node.spec.format(0)));
      return true;
    } catch (const UserError&) {
      return false;
    }
  }

  // Near the values that are added up, so that it overflows and rounds now and then.
  void fill_accumulator(graph::Node& node) {
    if (graph::accumulator_of(node.op) == nullptr) return;
    const QuantSpec spec = random_spec();
    const float point = random_point(spec, 4 * scale_of(model_.nodes[node.inputs[0]]));
    std::visit(
        [&](auto& kind) {
          if constexpr (requires { kind.accumulator; })
            kind.accumulator = spec.format(static_cast<int>(std::round(point)));
        },
        node.op);
  }

  bool try_formats(NodeId id) {
    graph::Node& node = model_.nodes[id];
    if (graph::own_format(node.op)) return try_own_format(id);
    node.spec = random_spec_of(id);
    // Anywhere, until the node's values are known.
    node.frac_bits = {model_.nodes[node.inputs[0]].frac_bits[0]};
    fill_params(node);
    fill_accumulator(node);
    if (const auto* function = std::get_if<graph::Function>(&node.op))
      return try_table(id, *function);
    if (product_width(node) > options_.max_accumulator_width) return false;
    const graph::Model part = keep_ancestors(model_, id);
    try {
      const graph::FrozenModel frozen = graph::freeze(part);
      if (graph::analyze_ranges(frozen).back().accumulator_width > options_.max_accumulator_width)
        return false;
      const std::vector<Exact> values = probe(id, frozen.nodes.back());
      double largest = 0;
      for (const Exact& value : values) largest = std::max(largest, std::abs(value.approximate()));
      node.frac_bits = {random_point(node.spec, largest)};
      const fixed::Format format = node.spec.format(node.spec.point_of(node.frac_bits[0]));
      // The chosen point decides the distance of the cast, which has a limit of its own.
      graph::verify(graph::freeze(keep_ancestors(model_, id)));
      raw_[id].clear();
      for (const Exact& value : values) raw_[id].push_back(cast_exact(value, format));
      return true;
    } catch (const UserError&) {
      return false;
    }
  }

  // A table follows its node's format, so the magnitude comes from the function itself.
  bool try_table(NodeId id, const graph::Function& op) {
    graph::Node& node = model_.nodes[id];
    const graph::Node& input = model_.nodes[node.inputs[0]];
    const int input_frac = input.spec.point_of(input.frac_bits[0]);
    double largest = 0;
    for (const std::int32_t raw : raw_[node.inputs[0]]) {
      const double value = std::abs(graph::function_value(op, std::ldexp(raw, -input_frac)));
      if (value < 0x1p40) largest = std::max(largest, value);  // not the reciprocal of 0
    }
    node.frac_bits = {random_point(node.spec, largest)};
    try {
      const graph::FrozenModel frozen = graph::freeze(keep_ancestors(model_, id));
      raw_[id].clear();
      for (const Exact& value : probe(id, frozen.nodes.back()))
        raw_[id].push_back(cast_exact(value, frozen.nodes.back().format));
      return true;
    } catch (const UserError&) {
      return false;
    }
  }

  // Bits of a product that its formats alone allow: training bounds an activation by its format,
  // not by the values that the range analysis proves.
  int product_width(const graph::Node& node) const {
    const int x = model_.nodes[node.inputs[0]].spec.width;
    if (std::holds_alternative<graph::Mul>(node.op) ||
        std::holds_alternative<graph::Gate>(node.op))
      return x + model_.nodes[node.inputs[1]].spec.width;
    const Param* slope = find(node.params, graph::Role::Slope);
    return slope == nullptr ? x : x + slope->spec.width;
  }

  // The node's exact values for the probe images.
  std::vector<Exact> probe(NodeId id, const graph::FrozenNode& frozen) const {
    std::vector<Exact> all;
    std::vector<graph::FrozenNode> sources;
    for (const NodeId input : model_.nodes[id].inputs) {
      graph::FrozenNode& source = sources.emplace_back();
      source.shape = model_.nodes[input].shape;
      const graph::Node& from = model_.nodes[input];
      source.format = from.spec.format(from.spec.point_of(from.frac_bits[0]));
    }
    for (std::int64_t image = 0; image < kProbeImages; ++image) {
      std::vector<RawView> views;
      for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto size = static_cast<std::size_t>(graph::element_count(sources[i].shape));
        views.push_back(
            {std::span(raw_[model_.nodes[id].inputs[i]]).subspan(image * size, size), sources[i]});
      }
      const std::vector<Exact> values = exact_values(frozen, views);
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

  // Power of two that the tensor's values stay below.
  double scale_of(const graph::Node& node) const {
    return std::exp2(node.spec.width - node.spec.is_signed - node.spec.point_of(node.frac_bits[0]));
  }

  void fill_params(graph::Node& node) {
    const graph::Node& source = model_.nodes[node.inputs[0]];
    for (auto& [role, param] : node.params) {
      if (graph::own_format(node.op, role)) {
        param.frac_bits = {0};
        continue;
      }
      param.spec = random_spec();
      if (rng_.chance(0.3)) {
        param.spec.k_hot = static_cast<int>(rng_.between(1, 3));
        param.spec.signed_digits = rng_.chance(0.5);
      }
      if (rng_.chance(0.35)) param.spec.granularity = graph::Granularity::PerChannel;
    }
    if (std::holds_alternative<graph::BatchNorm>(node.op))
      return fill_batch_norm(node, scale_of(source));
    if (const auto* leaky = std::get_if<graph::LeakyRelu>(&node.op))
      return choose_points(node.params.at(graph::Role::Slope), std::abs(leaky->negative_slope));
    if (node.params.contains(graph::Role::Slope))
      return fill_param(node.params.at(graph::Role::Slope), std::exp2(rng_.uniform(-5, 2)));
    if (std::holds_alternative<graph::Offset>(node.op))
      return fill_param(node.params.at(graph::Role::Offset),
                        scale_of(source) * std::exp2(rng_.uniform(-4, 1)));
    if (std::holds_alternative<graph::Affine>(node.op)) {
      const double scale = std::exp2(rng_.uniform(-3, 2));
      fill_param(node.params.at(graph::Role::Scale), scale);
      if (Param* offset = find(node.params, graph::Role::Offset))
        fill_param(*offset, scale * scale_of(source));
    }
    if (Param* threshold = find(node.params, graph::Role::Threshold))
      fill_param(*threshold, std::exp2(rng_.uniform(0, 5)));
    if (graph::own_format(node.op, graph::Role::Weight)) return fill_binary(node, source);
    if (node.params.contains(graph::Role::Weight)) {
      Param& weight = node.params.at(graph::Role::Weight);
      const double magnitude = std::exp2(rng_.uniform(-5, 3));
      fill_param(weight, magnitude);
      // A bias about as large as the sums, or far smaller.
      if (node.params.contains(graph::Role::Bias))
        fill_param(node.params.at(graph::Role::Bias),
                   magnitude * scale_of(source) * std::exp2(rng_.uniform(-4, 1)));
    }
  }

  // Real numbers of which the signs count, zeros among them.
  void fill_binary(graph::Node& node, const graph::Node& source) {
    for (float& value : node.params.at(graph::Role::Weight).values)
      value = rng_.chance(0.05) ? 0 : static_cast<float>(rng_.uniform(-2, 2));
    if (Param* bias = find(node.params, graph::Role::Bias))
      fill_param(*bias, scale_of(source) * std::exp2(rng_.uniform(-4, 1)));
  }

  void fill_param(Param& param, double magnitude) {
    choose_points(param, magnitude);
    const bool all_positive = !param.spec.is_signed && rng_.chance(0.7);
    for (float& value : param.values) {
      value = static_cast<float>(rng_.uniform(all_positive ? 0 : -magnitude, magnitude));
      if (rng_.chance(0.1)) value = 0;
      if (rng_.chance(0.05)) value = static_cast<float>(magnitude * rng_.pick({-1, 1}));
    }
  }

  void choose_points(Param& param, double magnitude) {
    param.frac_bits = {random_point(param.spec, magnitude)};
    if (param.spec.granularity == graph::Granularity::PerTensor) return;
    const float base = param.frac_bits[0];
    param.frac_bits.resize(param.shape[0], base);
    for (float& point : param.frac_bits) point = base + static_cast<float>(rng_.between(-2, 2));
  }

  void fill_batch_norm(graph::Node& node, double input_scale) {
    const double scale = std::exp2(rng_.uniform(-3, 2)), offset = scale * input_scale;
    const auto fill = [&](graph::Statistic statistic, double lo, double hi) {
      for (float& value : node.statistics.at(statistic))
        value = static_cast<float>(rng_.uniform(lo, hi));
    };
    fill(graph::Statistic::Beta, -offset, offset);
    fill(graph::Statistic::Gamma, -scale, scale);
    fill(graph::Statistic::RunningMean, -input_scale, input_scale);
    fill(graph::Statistic::RunningVar, 0.3, 3);
    choose_points(node.params.at(graph::Role::Scale), scale);
    choose_points(node.params.at(graph::Role::Offset), offset);
  }

  graph::Model& model_;
  Rng& rng_;
  const RandomModelOptions& options_;
  std::vector<std::vector<std::int32_t>> raw_;  // of the probe images, by node
};

}  // namespace

bool fill_formats(graph::Model& model, Rng& rng, const RandomModelOptions& options) {
  return FormatFiller(model, rng, options).fill();
}

}  // namespace qfx::test
