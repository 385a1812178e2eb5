// Frozen models with a given structure and random numbers in it.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "qfx/fixed/khot.h"
#include "qfx/graph/graph.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/range.h"
#include "qfx/graph/table.h"
#include "qfx/graph/thermometer.h"
#include "qfx/graph/verify.h"

namespace qfx::test {

struct RandomNumbers {
  std::uint64_t seed = 1;
  int width = 8;
  bool per_channel = false;  // parameters with binary points per channel
  int k_hot = 0;             // of the factors
  bool signed_digits = false;
  // Changes the format of a node after it was chosen; may be empty.
  std::function<void(graph::FrozenNode&)> adjust = {};
};

// The nodes of `model` with activations of 4 integer bits and parameters over their whole range.
inline graph::FrozenModel with_random_numbers(const graph::Model& model,
                                              const RandomNumbers& how = {}) {
  std::mt19937_64 generator(how.seed);
  const auto between = [&](std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(hi - lo + 1));
  };
  graph::FrozenModel result;
  result.name = model.name;
  result.outputs = model.outputs;
  for (const graph::Node& node : model.nodes) {
    graph::FrozenNode frozen{.name = node.name,
                             .op = node.op,
                             .inputs = node.inputs,
                             .shape = node.shape,
                             .format = {how.width, 4, node.spec.is_signed, fixed::Rounding::RND,
                                        fixed::Overflow::SAT, 0},
                             .params = {}};
    if (how.adjust) how.adjust(frozen);
    if (graph::keeps_format(node.op)) frozen.format = result.nodes[node.inputs[0]].format;
    if (const auto own = graph::own_format(node.op)) frozen.format = *own;
    std::vector<graph::Shape> inputs;
    for (graph::NodeId input : node.inputs) inputs.push_back(model.nodes[input].shape);
    for (const auto& [role, shape] : graph::param_shapes(node.op, inputs)) {
      const bool is_factor =
          role == graph::Role::Weight || role == graph::Role::Scale || role == graph::Role::Slope;
      graph::FrozenParam param{.shape = shape,
                               .raw = {},
                               .format = {how.width, role == graph::Role::Weight ? 0 : 2, true},
                               .channel_frac_bits = {}};
      const auto own = graph::own_format(node.op, role);
      if (own) param.format = *own;
      if (how.per_channel && !own) {
        for (std::int64_t c = 0; c < shape[0]; ++c)
          param.channel_frac_bits.push_back(param.format.frac_bits() +
                                            (c == 0 ? 0 : static_cast<int>(between(-2, 2))));
      }
      if (is_factor && !own) {
        param.k_hot = how.k_hot;
        param.signed_digits = how.k_hot > 0 && how.signed_digits;
      }
      for (std::int64_t i = 0; i < graph::element_count(shape); ++i) {
        std::int64_t raw = between(fixed::min_raw(param.format), fixed::max_raw(param.format));
        if (own) raw = between(0, 1) == 1 ? 1 : -1;
        if (param.k_hot > 0)
          raw = fixed::project_khot(raw, param.k_hot, param.signed_digits, param.format);
        param.raw.push_back(static_cast<std::int32_t>(raw));
      }
      frozen.params[role] = std::move(param);
    }
    if (graph::has_table(node.op)) {
      // Any table is a model: these have no order that a backend could rely on.
      graph::FrozenParam table =
          *graph::make_table(node.op, result.nodes[node.inputs[0]].format, frozen.format);
      const graph::Interval held = graph::held_range(table.format);
      for (std::int32_t& entry : table.raw)
        entry = static_cast<std::int32_t>(between(held.lo, held.hi));
      table.raw[0] = std::max(table.raw[0], 1);
      frozen.params[graph::Role::Table] = std::move(table);
    }
    if (const auto* thermometer = std::get_if<graph::Thermometer>(&node.op)) {
      const graph::FrozenNode& input = result.nodes[node.inputs[0]];
      frozen.params[graph::Role::Threshold] =
          graph::make_thresholds(*thermometer, input.format, input.shape[0]);
    }
    result.nodes.push_back(std::move(frozen));
  }
  graph::verify(result);
  return result;
}

// Raw inputs {batch, input shape...} over the whole range of the input's format.
inline std::vector<std::int32_t> random_inputs(const graph::FrozenModel& model, std::uint64_t seed,
                                               std::int64_t batch) {
  std::mt19937_64 generator(seed);
  const fixed::Format& format = model.input().format;
  const std::int64_t lo = fixed::min_raw(format), hi = fixed::max_raw(format);
  std::vector<std::int32_t> raw;
  for (std::int64_t i = 0; i < batch * graph::element_count(model.input().shape); ++i)
    raw.push_back(static_cast<std::int32_t>(
        lo + static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(hi - lo + 1))));
  return raw;
}

}  // namespace qfx::test
