// How deep the FIFOs between processes must be.
//
// The processes form a Kahn network: what they compute, and whether bounded FIFOs let them finish,
// does not depend on the order in which they run. So one schedule that finishes within the depths
// proves that every schedule does, the hardware's included. The schedule here pushes one token at a
// time as far as it goes before the next one enters, which keeps the FIFOs as empty as the network
// allows: the peaks are what a residual branch must hold while the line buffers of the other branch
// fill.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

// One round of a process' loop, and how often it is repeated: reads a token from every input, from
// one alone or from none, then writes one to every output or none.
struct Round {
  bool reads = false;
  bool writes = false;
  std::int64_t count = 1;
  int only = -1;  // position of the one input that is read; -1: every
};

struct TokenProcess {
  std::vector<Round> rounds;
  std::vector<int> inputs, outputs;  // FIFOs
};

struct TokenNetwork {
  int fifos = 0;
  std::vector<TokenProcess> processes;  // topological order; sources have no input, sinks no output
};

// The processes of a network, with a source before the input port and a sink behind the output
// port. FIFO i is stream i.
TokenNetwork token_network(const Network& network);

// The most tokens each FIFO holds in the schedule above. Raises InternalError if tokens are left
// over.
std::vector<std::int64_t> peak_tokens(const TokenNetwork& network);

// Whether every process finishes with FIFOs of these depths.
bool completes(const TokenNetwork& network, const std::vector<std::int64_t>& depths);

// Peaks, and one more so that a writer need not wait for its reader; at least 2.
void set_fifo_depths(Network& network);

}  // namespace qfx::dataflow
