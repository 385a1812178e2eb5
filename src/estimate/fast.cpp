#include "estimate/facts.h"

#include "qfx/circuit/plan.h"

namespace qfx::estimate {

Estimate estimate_fast(const circuit::Circuit& circuit, const std::string& top,
                       const Options& options) {
  Estimate result = facts_of(circuit, top, options.clock_period_ns);
  result.source = "cost table";
  for (std::size_t i = 0; i < result.engines.size(); ++i) {
    const circuit::Resources resources =
        circuit::resources_of(circuit, static_cast<circuit::EngineId>(i));
    result.engines[i].resources = {.luts = resources.luts,
                                   .registers = resources.registers,
                                   .dsps = resources.dsps,
                                   .brams = resources.brams};
  }
  return result;
}

}  // namespace qfx::estimate
