#include "estimate/facts.h"

#include "qfx/circuit/plan.h"

namespace qfx::estimate {
namespace {

Resources by_table(const circuit::Resources& resources) {
  return {.luts = resources.luts,
          .memory_luts = resources.memory_luts,
          .registers = resources.registers,
          .dsps = resources.dsps,
          .brams = resources.brams};
}

}  // namespace

Estimate estimate_fast(const circuit::Circuit& circuit, const std::string& top,
                       const Options& options) {
  Estimate result = facts_of(circuit, top, options.clock_period_ns);
  result.source = "cost table";
  result.error = circuit::table_errors();
  for (std::size_t i = 0; i < result.engines.size(); ++i) {
    result.engines[i].resources =
        by_table(circuit::resources_of(circuit, static_cast<circuit::EngineId>(i)));
  }
  result.rest = by_table(circuit::resources_between(circuit));
  return result;
}

}  // namespace qfx::estimate
