// What an estimate holds that no tool is needed for.
#pragma once

#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// Names and cycles; no resources yet.
Estimate facts_of(const circuit::Circuit& circuit, const std::string& top, double clock_period_ns);

}  // namespace qfx::estimate
