// The ways in which frames are sent to a design and taken from it, from the gentle to the rude.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verify/verilog_runner.h"

#include "qfx/graph/graph.h"

namespace qfx::verify {

struct NamedPlay {
  std::string name;
  Play how;
};

// Stalls at the ports and inside FIFOs; every frame's values stay the same. interval: cycles a
// frame where nothing stalls.
std::vector<NamedPlay> stalls(const backends::Project& project, const graph::FrozenModel& model,
                              std::int64_t interval, std::uint64_t seed);

}  // namespace qfx::verify
