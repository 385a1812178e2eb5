#include "verify/verilator_build.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <thread>

#include "verify/cpp_build.h"

#include "qfx/backends/support.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/outputs.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

// Statements of C++ in a file, so that several compilers share a large network.
constexpr int kSplitStatements = 20000;

// What the replay reads data as: 64 bits, or words of 32 where a port is wider.
std::int64_t high_of(const backends::Port& port) {
  return std::max<std::int64_t>(port.tdata_width(), 64) - 1;
}

// All tops side by side, each on a clock of its own, so that those that do not run cost nothing.
std::string bundle(const std::vector<VerilogTop>& tops) {
  std::string ports, instances;
  for (std::size_t i = 0; i < tops.size(); ++i) {
    const backends::Project& project = tops[i].project;
    const auto high = [](const backends::Port& port) { return port.tdata_width() - 1; };
    ports += fmt::format(
        "{0}  input wire aclk_{1}, aresetn_{1}, watch_{1}, s_tvalid_{1}, s_tlast_{1},\n"
        "  input wire [{2}:0] s_tdata_{1}, output wire s_tready_{1}, frame_error_{1}",
        i == 0 ? "" : ",\n", i, high_of(project.input));
    std::string assigns, outputs;
    for (std::size_t k = 0; k < project.outputs.size(); ++k) {
      const std::string end = fmt::format("{}_{}", i, k);
      const backends::Port& port = project.outputs[k];
      ports += fmt::format(
          ",\n  input wire m_tready_{0}, output wire [{1}:0] m_tdata_{0}, output wire m_tvalid_{0}, "
          "m_tlast_{0}",
          end, high_of(port));
      assigns += fmt::format("  wire [{0}:0] data_{1};\n  assign m_tdata_{1} = data_{1};\n",
                             high(port), end);
      outputs += fmt::format(
          "    .{0}_tdata(data_{1}), .{0}_tvalid(m_tvalid_{1}), .{0}_tready(m_tready_{1}), "
          ".{0}_tlast(m_tlast_{1}),\n",
          port.name, end);
    }
    instances += fmt::format(
        "{2}  {0} top_{1} (.aclk(aclk_{1}), .aresetn(aresetn_{1}), .watch(watch_{1}),\n"
        "    .s_axis_tdata(s_tdata_{1}[{4}:0]), .s_axis_tvalid(s_tvalid_{1}), "
        ".s_axis_tready(s_tready_{1}), .s_axis_tlast(s_tlast_{1}),\n"
        "{3}    .frame_error(frame_error_{1}));\n",
        project.top, i, assigns, outputs, high(project.input));
  }
  return "module qfx_bundle (\n" + ports + ");\n" + instances + "endmodule\n";
}

std::string port_text(const backends::Port& port, const graph::FrozenNode& node) {
  const std::int64_t elements = graph::element_count(node.shape);
  return fmt::format("qfx_replay::Port{{{}, {}, {}, {}}}", elements / port.lanes, port.lanes,
                     port.container, node.format.is_signed);
}

std::string driver(const std::vector<VerilogTop>& tops) {
  std::string cases;
  for (std::size_t i = 0; i < tops.size(); ++i) {
    const graph::FrozenModel& model = tops[i].model;
    const std::vector<graph::NodeId> ids = graph::output_ids(model);
    std::string pins, ports;
    for (std::size_t k = 0; k < ids.size(); ++k) {
      pins += fmt::format(
          "{2}{{qfx_replay::Data(b.m_tdata_{0}_{1}), b.m_tvalid_{0}_{1}, b.m_tready_{0}_{1}, "
          "b.m_tlast_{0}_{1}}}",
          i, k, k == 0 ? "" : ", ");
      ports += (k == 0 ? "" : ", ") + port_text(tops[i].project.outputs.at(k),
                                                model.nodes[static_cast<std::size_t>(ids[k])]);
    }
    cases += fmt::format(
        "    case {0}: return qfx_replay::replay(qfx_replay::pins(b, b.aclk_{0}, b.aresetn_{0}, "
        "b.watch_{0}, qfx_replay::Data(b.s_tdata_{0}), b.s_tvalid_{0}, b.s_tready_{0}, b.s_tlast_{0}, "
        "b.frame_error_{0}, {{{1}}}), {2}, {{{3}}}, argc, argv);\n",
        i, pins, port_text(tops[i].project.input, model.input()), ports);
  }
  return "#include \"qfx_replay.h\"\n#include \"Vqfx_bundle.h\"\n"
         "int main(int argc, char** argv) {\n  VerilatedContext context;\n"
         "  context.commandArgs(argc, argv);\n  Vqfx_bundle b(&context);\n"
         "  switch (argc > 1 ? atoi(argv[1]) : -1) {\n" +
         cases + "  }\n  return 2;\n}\n";
}

// Every module once: support modules are the same in all projects.
std::vector<std::string> sources(const std::vector<VerilogTop>& tops) {
  std::map<std::string, std::string> files;
  for (const VerilogTop& top : tops) {
    for (const char* folder : {"rtl", "sim"}) {
      const fs::path path = fs::path(top.project.directory) / folder;
      if (!is_folder(path)) continue;
      for (const auto& entry : fs::directory_iterator(path))
        if (entry.path().extension() == ".v")
          files.emplace(entry.path().filename().string(), entry.path().string());
    }
  }
  std::vector<std::string> result;
  for (const auto& [name, path] : files) result.push_back(path);
  return result;
}

void copy_memories(const std::vector<VerilogTop>& tops, const fs::path& folder) {
  for (const VerilogTop& top : tops) {
    const fs::path memories = fs::path(top.project.directory) / "mem";
    if (!is_folder(memories)) continue;
    for (const auto& entry : fs::directory_iterator(memories))
      fs::copy_file(entry.path(), folder / entry.path().filename(),
                    fs::copy_options::overwrite_existing);
  }
}

std::string verilator_error(const std::string& output) {
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string line = output.substr(at, end - at);
    if (line.find("rror") != std::string::npos) return line;
    at = end + 1;
  }
  return output.empty() ? "it printed nothing" : output.substr(0, 500);
}

}  // namespace

std::string verilator() {
  const char* chosen = std::getenv("QFX_VERILATOR");
  const std::string program = chosen == nullptr || *chosen == '\0' ? "verilator" : chosen;
  try {
    if (run_process({program, "--version"}).exit_code == 0) return program;
  } catch (const UserError&) {
  }
  user_error(
      "'{}' does not run: exported Verilog is simulated with Verilator, Debian's package verilator "
      "(apt-get install verilator), version 5 or later; QFX_VERILATOR names another program",
      program);
}

std::vector<std::string> verilator_command(const std::vector<VerilogTop>& tops,
                                           const fs::path& folder,
                                           const VerilatorOptions& options) {
  QFX_ASSERT(!tops.empty());
  copy_memories(tops, folder);
  write_file_atomically(folder / "qfx_bundle.v", bundle(tops));
  write_file_atomically(folder / "driver.cpp", driver(tops));
  const std::string include = (backends::support_directory("verilog") / "replay").string();
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto jobs = options.jobs > 0 ? static_cast<unsigned>(options.jobs) : cores;
  const std::string flags =
      fmt::format("OPT_FAST={0} OPT_SLOW=-O0 OPT_GLOBAL={0}", options.optimisation);
  std::vector<std::string> command{verilator(),
                                   "--cc",
                                   "--exe",
                                   "--build",
                                   "-j",
                                   std::to_string(jobs),
                                   "-Wno-fatal",
                                   "--default-language",
                                   "1364-2001",
                                   "--x-assign",
                                   "fast",
                                   "--x-initial",
                                   "fast",
                                   "--noassert",
                                   "--output-split",
                                   std::to_string(kSplitStatements),
                                   "--top-module",
                                   "qfx_bundle",
                                   "-DQFX_WATCH",
                                   "-CFLAGS",
                                   "-I" + include,
                                   "-MAKEFLAGS",
                                   flags,
                                   "--Mdir",
                                   (folder / "verilated").string(),
                                   "-o",
                                   (folder / "replay").string()};
  for (const std::string& macro : options.macros) command.push_back("-D" + macro);
  command.push_back((folder / "qfx_bundle.v").string());
  for (const std::string& source : sources(tops)) command.push_back(source);
  command.push_back((folder / "driver.cpp").string());
  return command;
}

void verilate(const std::vector<std::string>& command, const ShouldStop& should_stop) {
  const auto program = std::ranges::find(command, "-o");
  QFX_ASSERT(command.end() - program >= 2);
  const std::string folder = fs::path(program[1]).parent_path().string();
  const ProcessResult result =
      run_process(command, "", should_stop, StackLimit::Inherited, folder);
  if (result.exit_code != 0)
    user_error("the exported Verilog does not build ({}): {}; the command was: {}",
               how_it_ended(result), verilator_error(result.output), shell_text(command));
}

}  // namespace qfx::verify
