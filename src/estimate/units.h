// What of a project is counted: its engines, and the top without them.
#pragma once

#include <string>
#include <vector>

#include "estimate/yosys.h"

#include "qfx/backends/target.h"
#include "qfx/circuit/circuit.h"

namespace qfx::estimate {

// The top is the last one. modules: of the engines.
std::vector<Unit> units_of(const circuit::Circuit& circuit, const std::vector<std::string>& modules,
                           const backends::Files& project);

// Under which what Yosys of this version counts is kept.
std::string key_of(const Unit& unit, const std::string& version);

}  // namespace qfx::estimate
