// How deep the FIFOs between processes must be.
//
// The processes form a Kahn network: what they compute, and whether bounded FIFOs let them finish,
// does not depend on the order in which they run. So one schedule that finishes within the depths
// proves that every schedule does, the hardware's included. The schedule here pushes one token at a
// time as far as it goes before the next one enters, and of what windows give under the padding
// behind the last row as little as the others need, which keeps the FIFOs about as empty as the
// network allows: the peaks are what a residual branch must hold while the line buffers of the
// other branch fill.
#pragma once

#include <cstdint>
#include <vector>

#include "dataflow/token_network.h"

namespace qfx::dataflow {

// The most tokens each FIFO holds in the schedule above. Raises InternalError if tokens are left
// over.
std::vector<std::int64_t> peak_tokens(const TokenNetwork& network);

// Whether every process finishes with FIFOs of these depths.
bool completes(const TokenNetwork& network, const std::vector<std::int64_t>& depths);

// Peaks, and one more so that a writer need not wait for its reader; at least 2.
void set_fifo_depths(Network& network);

}  // namespace qfx::dataflow
