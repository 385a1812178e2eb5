#include "qfx/circuit/cycles.h"

#include "circuit/clocked_run.h"

#include "qfx/base/error.h"

namespace qfx::circuit {

Cycles count_cycles(const Circuit& circuit, int frames) {
  QFX_ASSERT(frames >= 3);
  ClockedRun run(circuit, frames);
  if (!run.run()) internal_error("the circuit stalls: a FIFO is not as deep as was proved");
  const std::vector<std::int64_t>& ends = run.frame_ends();
  return {ends.front(), ends.back() - ends[ends.size() - 2], run.high_water()};
}

}  // namespace qfx::circuit
