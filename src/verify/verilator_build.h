// Exported Verilog as a program: Verilator makes C++ of it, a compiler the program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "qfx/backends/project.h"
#include "qfx/base/process.h"

namespace qfx::verify {

// The program: $QFX_VERILATOR, or verilator. Raises UserError that says how to get it where it does
// not run.
std::string verilator();

// A project with what its model says of its ports' numbers.
struct VerilogTop {
  backends::Project project;
  graph::FrozenModel model;
};

struct VerilatorOptions {
  std::vector<std::string> macros = {};  // QFX_TRACE, QFX_STALL
  std::string optimisation = "-O2";      // of the C++ compiler
  int jobs = 0;                          // compilers at once; 0: all cores
};

// The command that makes FOLDER/replay of the projects, each with a top of its own name, and of
// support/verilog/replay; the program runs in FOLDER, where the constants lie. Writes into the
// folder, which must exist.
std::vector<std::string> verilator_command(const std::vector<VerilogTop>& tops,
                                           const std::filesystem::path& folder,
                                           const VerilatorOptions& options);

// Runs such a command. Raises UserError with the first error where it fails.
void verilate(const std::vector<std::string>& command, const ShouldStop& should_stop = {});

}  // namespace qfx::verify
