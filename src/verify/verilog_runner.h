// Exported Verilog projects as one program that gives the raw values of every node, cycles and what
// FIFOs held: what tests compare with the runtime and with the model of cycles.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verify/stream_order.h"
#include "verify/verilator_build.h"

namespace qfx::verify {

// How frames are sent and taken: words of support/verilog/replay/qfx_replay.h.
struct Play {
  std::string source = "always", sink = "always";  // patterns
  std::string tlast = "last";
  int stalls = 0;           // of 16 cycles, inside every FIFO; needs the macro QFX_STALL
  int seed = 1;             // of these stalls
  std::int64_t reset = -1;  // cycle
  std::int64_t cut_frame = -1, cut_beat = -1;
  std::int64_t patience = 1000000;
};

struct Played {
  std::string fault;                  // empty, or what the program said: nothing moves, ...
  std::vector<std::int32_t> outputs;  // {batch, output shape...}
  std::vector<std::vector<std::int32_t>> nodes;  // as runtime::Engine::run_all; with QFX_TRACE
  std::int64_t first_cycle = 0;                  // of the first beat in
  std::vector<std::int64_t> end_cycles;          // of each frame's last beat out
  std::vector<std::int64_t> high_water;          // words, by link
};

class VerilogRunner {
 public:
  // Builds the projects, each with a top of its own name, in `work_directory` (which must exist and
  // outlive the runner). Raises UserError where Verilator is missing or the Verilog does not build.
  VerilogRunner(std::vector<VerilogTop> tops, const std::string& work_directory,
                const VerilatorOptions& options = {.macros = {"QFX_TRACE"}, .optimisation = "-O0"});

  // Raw inputs {batch, input shape...} through project `index`, back to back. May be called from
  // several threads.
  Played play(std::size_t index, std::span<const std::int32_t> inputs, std::int64_t batch,
              const Play& how = {}) const;

 private:
  std::vector<VerilogTop> tops_;
  std::vector<StreamLayouts> layouts_;
  std::filesystem::path work_;
  bool traces_;
};

}  // namespace qfx::verify
