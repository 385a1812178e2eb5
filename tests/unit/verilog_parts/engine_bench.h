// Single engines of circuits in one simulation: words of the runtime's values in, its values
// expected, valid and ready at random or always.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/verilog/context.h"
#include "support/verilog_tools.h"

#include "qfx/runtime/engine.h"

namespace qfx::test {

class EngineBench {
 public:
  struct Result {
    std::string name;
    std::string failure;  // empty: every word as expected
  };

  // values: of every node, for `frames` images.
  void add(const circuit::Circuit& circuit, const circuit::Engine& engine,
           const backends::verilog::EngineText& text, const std::string& name,
           const std::vector<runtime::RawTensor>& values, std::int64_t frames);

  // Each engine twice: without stalls, where its last word must come to the cycle, and with random
  // ones; and each once more after a reset in the middle.
  std::vector<Result> run_in_icarus() const;
  std::vector<Result> run_in_verilator() const;
  // About the first engines' modules, each alone.
  std::string complaints(int count) const;
  const VerilogSources& sources() const { return sources_; }
  std::size_t size() const { return instances_.size(); }

 private:
  struct Instance {
    std::string name;
    int words = 0;
    std::int64_t last_cycle = 0;  // in which the last word is taken where nothing stalls
  };

  VerilogSources bench(bool has_clock) const;
  std::vector<Result> results(const std::string& output) const;

  VerilogSources sources_;
  std::string body_;
  std::vector<Instance> instances_;
};

}  // namespace qfx::test
