// How deep FIFOs must be.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

inline constexpr std::int64_t kLeastDepth = 2;  // with one, a word leaves only every second cycle

// The depths that a frame needs to get through at all (token_run.h), at least kLeastDepth.
void prove_depths(Circuit& circuit);

// Whether so many frames get through FIFOs of these depths.
bool completes(const Circuit& circuit, std::int64_t frames = 2);

}  // namespace qfx::circuit
