// What a network's processes take and give, without the values.
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

// The processes of a network, with a source before the input port and a sink behind each output
// port. FIFO i is stream i.
TokenNetwork token_network(const Network& network);

}  // namespace qfx::dataflow
