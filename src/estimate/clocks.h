// How fast each engine alone can be clocked.
#pragma once

#include <vector>

#include "estimate/cache.h"
#include "estimate/nextpnr.h"
#include "estimate/yosys.h"

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// Fills in the clocks of engines whose resources are known; `units` are the engines', in their
// order. An engine of which a program makes nothing has a reason in place of a clock.
void check_clocks(Estimate& estimate, const std::vector<Unit>& units, const Yosys& yosys,
                  const Nextpnr& nextpnr, const Cache& cache, const Options& options);

}  // namespace qfx::estimate
