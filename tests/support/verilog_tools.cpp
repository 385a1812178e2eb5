#include "support/verilog_tools.h"

#include "support/paths.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"

namespace qfx::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> verilog_files(const VerilogSources& sources) {
  std::vector<std::string> names;
  for (const auto& [name, text] : sources.files)
    if (name.ends_with(".v")) names.push_back(name);
  for (const std::string& name : sources.support) names.push_back(name + ".v");
  return names;
}

std::vector<std::string> with_files(std::vector<std::string> command,
                                    const VerilogSources& sources) {
  for (const std::string& name : verilog_files(sources)) command.push_back(name);
  return command;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// What a command says where it should say nothing.
std::string said(const std::vector<std::string>& command, const fs::path& folder) {
  const ProcessResult result = run_process(command, folder.string());
  if (result.exit_code == 0 && result.output.empty()) return "";
  return joined(command) + ": " + how_it_ended(result) + "\n" + result.output;
}

}  // namespace

void write_sources(const VerilogSources& sources, const fs::path& folder) {
  for (const auto& [name, text] : sources.files) write_file_atomically(folder / name, text);
  for (const std::string& name : sources.support)
    write_file_atomically(folder / (name + ".v"),
                          read_file(source_path("support/verilog/" + name + ".v")));
}

std::string complaints(const VerilogSources& sources, const fs::path& folder) {
  const std::string reading =
      "read_verilog " + joined(verilog_files(sources)) + "; hierarchy -check -top " + sources.top;
  std::string text = said(with_files({"verilator", "--lint-only", "-Wall", "--default-language",
                                      "1364-2001", "--top-module", sources.top},
                                     sources),
                          folder);
  text +=
      said(with_files({"iverilog", "-g2001", "-Wall", "-t", "null", "-s", sources.top}, sources),
           folder);
  return text + said({"yosys", "-q", "-p", reading + "; proc; check -assert"}, folder);
}

std::string run_checked(const std::vector<std::string>& command, const fs::path& folder) {
  const ProcessResult result = run_process(command, folder.string());
  if (result.exit_code != 0)
    user_error("'{}' failed ({}):\n{}", joined(command), how_it_ended(result), result.output);
  return result.output;
}

fs::path verilate(const VerilogSources& sources, const fs::path& folder, const std::string& main,
                  const std::vector<std::string>& flags) {
  write_file_atomically(folder / "main.cpp", main);
  std::vector<std::string> command{"verilator", "--cc",    "--exe", "--default-language",
                                   "1364-2001", "--Mdir",  "obj",   "--top-module",
                                   sources.top, "-CFLAGS", "-O1",   "main.cpp"};
  command.insert(command.end(), flags.begin(), flags.end());
  run_checked(with_files(command, sources), folder);
  const std::string program = "V" + sources.top;
  run_checked({"make", "-s", "-C", "obj", "-f", program + ".mk",
               "OPT_FAST=", "OPT_SLOW=", "OPT_GLOBAL=", program},
              folder);
  return fs::absolute(folder / "obj" / program);
}

std::string run_in_icarus(const VerilogSources& sources, const fs::path& folder) {
  run_checked(with_files({"iverilog", "-g2001", "-s", sources.top, "-o", "bench.vvp"}, sources),
              folder);
  return run_checked({"vvp", "-n", "bench.vvp"}, folder);
}

std::string run_in_yosys(const VerilogSources& sources, const fs::path& folder,
                         const std::string& commands) {
  return run_checked({"yosys", "-p",
                      "read_verilog " + joined(verilog_files(sources)) +
                          "; hierarchy -check -top " + sources.top + "; " + commands},
                     folder);
}

}  // namespace qfx::test
