// What a part of a circuit is printed from, and what comes of it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "qfx/circuit/circuit.h"

namespace qfx::backends::verilog {

struct Context {
  const circuit::Circuit& circuit;
  // The engine's module. Legal, and no other has it, in any project with another top: what else is
  // called after it is too.
  std::string name;
};

// A module and what goes with it.
struct EngineText {
  std::string module;                           // the whole text of rtl/NAME.v
  std::map<std::string, std::string> memories;  // file name to text for $readmemh
  std::set<std::string> support;                // modules of support/verilog: "qfx_window"
};

}  // namespace qfx::backends::verilog
