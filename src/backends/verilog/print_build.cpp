#include "backends/verilog/print_build.h"

#include <fmt/format.h>

#include "backends/names/fill.h"
#include "backends/names/identifiers.h"

namespace qfx::backends::verilog {
namespace {

std::string engine_table(const Design& design) {
  std::string text;
  for (circuit::EngineId id = 0; id < std::ssize(design.circuit.engines); ++id) {
    const circuit::Engine& engine = design.circuit.engines[static_cast<std::size_t>(id)];
    std::int64_t cycles = 0;
    for (const circuit::Round& round : engine.behaviour.rounds) cycles += round.count;
    text += fmt::format("| `{}` | {} | {} | {} |\n", design.engines[static_cast<std::size_t>(id)],
                        names::comment_text(engine.name), cycles, engine.latency);
  }
  return text;
}

std::string layer_table(const Design& design) {
  const graph::FrozenModel& model = design.model();
  std::string text;
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    const graph::FrozenNode& node = model.nodes[id];
    text += fmt::format("| {} | `{}` | {} | `{}` | `{}` |\n", id, names::comment_text(node.name),
                        kind_name(node.op), graph::to_string(node.shape),
                        fixed::to_string(node.format));
  }
  return text;
}

// A sentence where a port is wider than its elements.
std::string empty_lanes(const Design& design) {
  std::string text;
  const auto add = [&](const board::Port& port, const char* what) {
    if (port.used_bits() == port.tdata_width()) return;
    text += fmt::format("`{}` has {} bits, of which those from bit {} up are {}. ", port.name,
                        port.tdata_width(), port.used_bits(), what);
  };
  add(design.input, "not read");
  for (const board::Port& port : design.outputs) add(port, "zero");
  return text;
}

}  // namespace

std::string print_makefile(const Design& design) {
  return names::fill(R"(# Simulation and checks of @TOP@:
#   make test        the bench on its golden vectors, in Icarus Verilog
#   make verilator   the same in Verilator, several hundred times as fast once it is built
#   make lint        Verilator's warnings about the design; there should be none
IVERILOG ?= iverilog
VVP ?= vvp
VERILATOR ?= verilator
RTL = $(wildcard rtl/*.v)
SIMULATION = $(wildcard sim/*.v)
MEMORIES = $(wildcard mem/*.mem tb/*.mem)

.PHONY: test verilator lint clean
test: build/test.vvp
	cd build && $(VVP) -n test.vvp | tee test.log
	grep -q '^PASS' build/test.log

# The memories are read by bare names: from the folder in which the simulation runs.
build/test.vvp: $(RTL) $(SIMULATION) $(MEMORIES) tb/@TOP@_tb.v
	mkdir -p build
	cp $(MEMORIES) build
	$(IVERILOG) -g2001 -Wall -DQFX_WATCH -s @TOP@_tb -o $@ $(RTL) $(SIMULATION) tb/@TOP@_tb.v

verilator: build/verilated/V@TOP@_tb
	cd build && verilated/V@TOP@_tb | tee verilator.log
	grep -q '^PASS' build/verilator.log

build/verilated/V@TOP@_tb: $(RTL) $(SIMULATION) $(MEMORIES) tb/@TOP@_tb.v
	mkdir -p build
	cp $(MEMORIES) build
	$(VERILATOR) --binary --default-language 1364-2001 -DQFX_WATCH --top-module @TOP@_tb --Mdir build/verilated $(RTL) $(SIMULATION) tb/@TOP@_tb.v

lint:
	$(VERILATOR) --lint-only -Wall --default-language 1364-2001 --top-module @TOP@ $(RTL)

clean:
	$(RM) -r build
)",
                     {{"TOP", design.top}});
}

std::string print_readme(const Design& design, const std::string& board_usage) {
  std::string rows, names;
  for (const board::Port& port : design.outputs) {
    rows += fmt::format("| `{}` | {} | {} | {} bits | `{}` |\n", port.name, port.beats(),
                        port.lanes, port.container, fixed::to_string(port.format));
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", port.name);
  }
  const bool several = design.outputs.size() > 1;
  return names::fill(
      R"(# @TOP@

A neural network in fixed point as Verilog-2001, written by QFX. Every engine computes one or several
layers, FIFOs join them, and the results are bit for bit those of the frozen model.

| file | what it is |
|---|---|
| `rtl/@TOP@.v` | the top module: AXI-Stream ports, FIFOs, an instance of every engine |
| `rtl/@TOP@__*.v` | the engines |
| `rtl/qfx_*.v` | what they are made of, the same for every network |
| `mem/*.mem` | constants, read by `$readmemh` under their bare names |
| `sim/*.v` | for simulation only: traces (macro `QFX_TRACE`), who waits for whom (`QFX_WATCH`) |
| `tb/` | self-checking bench and its golden vectors |
| `Makefile` | `make test` (Icarus Verilog), `make verilator`, `make lint` |

## Ports

`aclk`, `aresetn` (low, synchronous), `s_axis` and @OUTPUTS@ with `tdata`, `tvalid`, `tready`, `tlast`.

| port | beats a frame | lanes | container | element |
|---|---|---|---|---|
| `s_axis` | @IN_BEATS@ | @IN_LANES@ | @IN_CONTAINER@ bits | `@IN_FORMAT@` |
@OUT_ROWS@
An element is its raw integer, in a container of its own; an output extends it by its sign (by zeros where its
format has none), of `s_axis` only the element's bits are read. The first element of a beat is in its lowest
bits. @EMPTY@Elements of an image come pixel by pixel, row by row, all channels of a pixel side by side.

A frame whose last beat on `s_axis` has `tlast` leaves with `tlast` on its last beat on @OUTPUTS@; so a transfer
of several frames ends where it should. `tlast` on an earlier beat cuts its frame short: it is completed
with zeros, the next beat begins a new frame, and `frame_error` rises until reset. @ALL_TAKEN@Reset may come at any time;
the first beat after it begins a frame.

@BOARD@
## Engines

Cycles of a frame where nothing stalls; the slowest engine sets the pace.

| module | layers | cycles | pipeline |
|---|---|---|---|
@ENGINES@
## Layers

| node | name | kind | shape | format |
|---|---|---|---|---|
@LAYERS@)",
      {{"TOP", design.top},
       {"IN_BEATS", std::to_string(design.input.beats())},
       {"IN_LANES", std::to_string(design.input.lanes)},
       {"IN_CONTAINER", std::to_string(design.input.container)},
       {"IN_FORMAT", fixed::to_string(design.input.format)},
       {"OUT_ROWS", rows},
       {"OUTPUTS", names},
       {"EMPTY", empty_lanes(design)},
       {"ALL_TAKEN", several ? "Every output is taken by itself, by somebody who "
                               "waits for no other: one that is not\ntaken stops the "
                               "network. "
                             : ""},
       {"BOARD", board_usage.empty() ? "" : "## On a board\n\n" + board_usage},
       {"ENGINES", engine_table(design)},
       {"LAYERS", layer_table(design)}});
}

}  // namespace qfx::backends::verilog
