#include "circuit/depths.h"

#include <algorithm>

#include "circuit/token_run.h"

#include "qfx/base/error.h"

namespace qfx::circuit {

void prove_depths(Circuit& circuit) {
  TokenRun run(circuit);
  run.on_demand(kLeastDepth);
  QFX_ASSERT(run.is_complete());
  for (std::size_t i = 0; i < circuit.links.size(); ++i)
    circuit.links[i].depth = std::max(kLeastDepth, run.peaks()[i]);
}

bool completes(const Circuit& circuit, std::int64_t frames) {
  std::vector<std::int64_t> depths;
  for (const Link& link : circuit.links) depths.push_back(link.depth);
  TokenRun run(circuit, &depths);
  run.eagerly(frames);
  return run.is_complete();
}

}  // namespace qfx::circuit
