// Verilog in tests: what the tools say about it, and what it computes in them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace qfx::test {

struct VerilogSources {
  std::string top;                                // name of its module
  std::map<std::string, std::string> files = {};  // name -> text, $readmemh's files too
  std::vector<std::string> support = {};          // of support/verilog, "qfx_cast"
};

// Writes them into a folder; the support modules as files of their own.
void write_sources(const VerilogSources& sources, const std::filesystem::path& folder);

// Everything that Verilator, Icarus and Yosys complain about; empty: they are content. The files
// must lie in the folder.
std::string complaints(const VerilogSources& sources, const std::filesystem::path& folder);

// Compiles the top with Verilator and `main`, C++ that includes "V<top>.h"; the program. `flags` go
// to Verilator.
std::filesystem::path verilate(const VerilogSources& sources, const std::filesystem::path& folder,
                               const std::string& main, const std::vector<std::string>& flags = {});

// Runs the top, a bench that ends itself, in Icarus; what it printed.
std::string run_in_icarus(const VerilogSources& sources, const std::filesystem::path& folder);

// Runs commands of Yosys on the sources; what it printed.
std::string run_in_yosys(const VerilogSources& sources, const std::filesystem::path& folder,
                         const std::string& commands);

// Runs a program in a folder; raises UserError with its output where it fails.
std::string run_checked(const std::vector<std::string>& command,
                        const std::filesystem::path& folder);

}  // namespace qfx::test
