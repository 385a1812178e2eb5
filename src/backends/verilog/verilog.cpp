#include "backends/verilog/verilog.h"

#include "backends/board/board.h"
#include "backends/verilog/copy_support.h"
#include "backends/verilog/module_files.h"
#include "backends/verilog/print_bench.h"
#include "backends/verilog/print_build.h"
#include "backends/verilog/print_engine.h"
#include "backends/verilog/print_top.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/backends/project.h"
#include "qfx/base/error.h"
#include "qfx/circuit/speed.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::verilog {
namespace {

// Every kind of node and every mode can be printed.
std::string refusal(const graph::FrozenModel&) {
  return "";
}

board::BoardDesign board_design(const Design& design, const Files& files,
                                const ExportOptions& options) {
  board::BoardDesign board{.network = design.circuit.network,
                           .top = design.top,
                           .input = design.input,
                           .outputs = design.outputs,
                           .clock_period_ns = options.clock_period_ns};
  for (const auto& [path, content] : files) {
    if (path.starts_with("rtl/")) board.files.push_back(path);
    if (path.starts_with("mem/")) board.memories.push_back(path);
  }
  return board;
}

Port facts_of(const board::Port& port) {
  return {.name = port.name, .lanes = port.lanes, .container = port.container};
}

// Of the golden outputs of every sample those of one output.
std::vector<std::int32_t> part_of(std::span<const std::int32_t> golden,
                                  const graph::FrozenModel& model, std::size_t output) {
  const graph::OutputPart part = graph::output_parts(model)[output];
  std::vector<std::int32_t> values;
  for (std::int64_t at = part.first; at < std::ssize(golden); at += graph::output_size(model)) {
    const auto sample =
        golden.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(part.size));
    values.insert(values.end(), sample.begin(), sample.end());
  }
  return values;
}

Files print(const dataflow::Network& network, const ExportOptions& options) {
  if (!options.part.empty())
    user_error(
        "the target verilog is for no part, '{}' was given; leave it out: board/build.tcl of the "
        "project takes the board's",
        options.part);
  const circuit::Circuit circuit =
      verilog_circuit(network, options.folding, options.axi_bits);
  const Design design = make_design(circuit, options.top);
  Files files;
  files["rtl/" + design.top + ".v"] = print_top(design);
  for (circuit::EngineId id = 0; id < std::ssize(circuit.engines); ++id) {
    const std::string& name = design.engines[static_cast<std::size_t>(id)];
    const EngineText text =
        print_engine({circuit, name}, circuit.engines[static_cast<std::size_t>(id)]);
    for (const auto& [module, content] : module_files(text.module))
      files["rtl/" + module + ".v"] = content;
    for (const auto& [file, content] : text.memories) files["mem/" + file] = content;
  }
  copy_support(files);
  const board::BoardDesign board = board_design(design, files, options);
  files.merge(board::print_board(board));
  const std::int64_t frames = std::ssize(options.golden_inputs) / design.input.layout.elements();
  files["tb/" + design.top + "_tb.v"] = print_bench(design, frames);
  files["tb/" + design.top + "_inputs.mem"] = print_beats(design.input, options.golden_inputs);
  for (std::size_t i = 0; i < design.outputs.size(); ++i)
    files["tb/" + outputs_file(design, i)] =
        print_beats(design.outputs[i], part_of(options.golden_outputs, network.model(), i));
  files["Makefile"] = print_makefile(design);
  files["README.md"] = print_readme(design, board::print_usage(board));
  std::vector<Port> outputs;
  for (const board::Port& port : design.outputs) outputs.push_back(facts_of(port));
  files[kMarkerFile] = print_marker({.directory = {},
                                     .target = "verilog",
                                     .top = design.top,
                                     .space = {},
                                     .nodes = describe_nodes(network.model()),
                                     .clock_period_ns = options.clock_period_ns,
                                     .folding = options.folding,
                                     .axi_bits = options.axi_bits,
                                     .input = facts_of(design.input),
                                     .outputs = std::move(outputs)},
                                    network.model().name);
  return files;
}

}  // namespace

Target target() {
  return {.name = "verilog",
          .former_name = "",
          .summary = "Verilog-2001 with AXI-Stream ports, for any tool",
          .simulation = Verilator{},
          .refusal = refusal,
          .print = print};
}

}  // namespace qfx::backends::verilog

namespace qfx::backends {

circuit::Circuit verilog_circuit(const dataflow::Network& network,
                                 const dataflow::Folding& folding, std::int64_t axi_bits) {
  return circuit::fold_for_speed(network, folding,
                                 axi_bits == 0 ? circuit::kMostBeatBits : axi_bits);
}

}  // namespace qfx::backends
