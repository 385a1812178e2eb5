#include "qfx/adders/adder_graph.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

std::int64_t shifted(std::int64_t value, const Term& term) {
  const auto magnitude = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << term.shift);
  return term.negative ? -magnitude : magnitude;
}

std::int64_t value_of(const Term& term, const std::vector<std::int64_t>& values) {
  return term.value < 0 ? 0 : shifted(values[static_cast<std::size_t>(term.value)], term);
}

}  // namespace

int AdderGraph::depth() const {
  int deepest = 0;
  for (const Term& output : outputs) {
    const int adder = output.value - static_cast<int>(inputs.size());
    if (adder >= 0) deepest = std::max(deepest, adders[static_cast<std::size_t>(adder)].level);
  }
  return deepest;
}

std::vector<std::int64_t> evaluate(const AdderGraph& graph, std::span<const std::int64_t> inputs) {
  QFX_ASSERT(inputs.size() == graph.inputs.size());
  std::vector<std::int64_t> values(inputs.begin(), inputs.end());
  for (const Adder& adder : graph.adders)
    values.push_back(value_of(adder.a, values) + value_of(adder.b, values));
  std::vector<std::int64_t> outputs;
  for (const Term& output : graph.outputs) outputs.push_back(value_of(output, values));
  return outputs;
}

}  // namespace qfx::adders
