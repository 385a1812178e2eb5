// What engines do at every step.
#pragma once

#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// Of an engine between these links.
Behaviour behaviour_of(const dataflow::Network& network, const Part& part,
                       const std::vector<const Link*>& inputs,
                       const std::vector<const Link*>& outputs);

// Steps of a frame, or the words of its longest link if those are more: its cycles where it waits
// for nobody.
std::int64_t cycles_alone(const Circuit& circuit, EngineId engine);

}  // namespace qfx::circuit
