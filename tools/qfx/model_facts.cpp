#include "model_facts.h"

#include <algorithm>
#include <fmt/format.h>

#include "work.h"

#include "qfx/dataflow/lower.h"
#include "qfx/dataflow/pixel_fold.h"
#include "qfx/fixed/khot.h"
#include "qfx/fixed/raw.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/print.h"
#include "qfx/graph/table.h"
#include "qfx/runtime/engine.h"

namespace qfx::command {
namespace {

ParamFacts describe_param(const std::string& name, const graph::FrozenParam& param) {
  ParamFacts facts{.name = name,
                   .shape = param.shape,
                   .format = fixed::to_string(param.format),
                   .points = {},
                   .k_hot = param.k_hot,
                   .signed_digits = param.signed_digits,
                   .count = static_cast<std::int64_t>(param.raw.size()),
                   .ones = {}};
  if (!param.channel_frac_bits.empty()) {
    const auto [low, high] = std::ranges::minmax(param.channel_frac_bits);
    facts.points = low == high ? "" : fmt::format("{}..{}", low, high);
  }
  const std::size_t inner = param.raw.size() / static_cast<std::size_t>(param.shape.front());
  for (std::size_t i = 0; i < param.raw.size(); ++i) {
    const double value =
        fixed::to_double(param.raw[i], param.frac_bits(static_cast<std::int64_t>(i / inner)));
    facts.low = i == 0 ? value : std::min(facts.low, value);
    facts.high = i == 0 ? value : std::max(facts.high, value);
    const auto ones =
        static_cast<std::size_t>(fixed::count_digits(param.raw[i], param.signed_digits));
    if (facts.ones.size() <= ones) facts.ones.resize(ones + 1);
    ++facts.ones[ones];
  }
  return facts;
}

NodeFacts describe_node(const graph::Analyzed& model, const runtime::Engine& engine,
                        graph::NodeId id) {
  const graph::FrozenNode& node = model.node(id);
  const graph::NodeRange& range = model.range(id);
  const bool computes =
      !std::holds_alternative<graph::Input>(node.op) && !graph::keeps_format(node.op);
  const int frac_bits = node.format.frac_bits();
  return {.name = node.name,
          .kind = graph::describe(node.op),
          .shape = node.shape,
          .format = fixed::to_string(node.format),
          .low = fixed::to_double(range.output.lo, frac_bits),
          .high = fixed::to_double(range.output.hi, frac_bits),
          .accumulator_width = computes ? range.accumulator_width : 0,
          .can_overflow = computes && range.can_overflow,
          .kernel = computes ? engine.kernel_name(id) : "",
          .work = count_work(model, id),
          .ordinary_work = count_work(model, id, graph::KHot::Multiplies)};
}

void describe_hardware(const graph::Analyzed& model, ModelFacts& facts) {
  const dataflow::Network network = dataflow::lower(model);
  for (const dataflow::Process& process : network.processes) {
    if (!dataflow::computes(process)) continue;
    const dataflow::Fold fold = dataflow::pixel_fold(network, process);
    NodeFacts& node = facts.nodes[process.node];
    node.cycles = dataflow::pixel_cycles(network, process, fold);
    node.products_at_once = fold.pe * fold.simd;
  }
}

}  // namespace

ModelFacts describe(const graph::Analyzed& model) {
  const runtime::Engine engine(model, 1);
  ModelFacts facts;
  facts.name = model.model().name;
  facts.task = model.model().task;
  for (const graph::NodeId id : graph::output_ids(model.model()))
    facts.outputs.push_back({model.node(id).name, graph::element_count(model.node(id).shape)});
  facts.totals = graph::totals(model.model());
  for (graph::NodeId id = 0; id < std::ssize(model.model().nodes); ++id) {
    const graph::FrozenNode& node = model.node(id);
    facts.nodes.push_back(describe_node(model, engine, id));
    facts.work += facts.nodes.back().work;
    facts.ordinary_work += facts.nodes.back().ordinary_work;
    for (const auto& [role, param] : node.params)
      facts.params.push_back(describe_param(tensor_name(node.name, role), param));
  }
  describe_hardware(model, facts);
  return facts;
}

}  // namespace qfx::command
