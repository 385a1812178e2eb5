#include <fmt/format.h>

#include "backends/identifiers.h"
#include "backends/vitis/print.h"

namespace qfx::backends::vitis {
namespace {

// `text` with every @KEY@ replaced.
std::string fill(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + key + "@";
    for (std::size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

}  // namespace

std::string print_tcl(const Plan& plan, const VitisOptions& options) {
  return fill(
      R"(# Vitis HLS: C simulation, synthesis, and on request co-simulation and export of the IP.
#   vitis_hls -f run_hls.tcl                      simulate and synthesise
#   vitis_hls -f run_hls.tcl -tclargs cosim ip    the same, then co-simulate and package
set part @PART@
set period @PERIOD@
set root [file normalize [file dirname [info script]]]
set flags "-std=c++14 -I$root/firmware"

set arguments [expr {[info exists argv] ? $argv : {}}]
set do_cosim [expr {[lsearch -glob $arguments *cosim*] >= 0}]
set do_ip [expr {[lsearch -glob $arguments *ip*] >= 0}]

open_project -reset @TOP@_hls
set_top @TOP@
add_files $root/firmware/@TOP@.cpp -cflags $flags
add_files -tb $root/tb/test_bench.cpp -cflags "$flags -I$root/tb"
open_solution -reset solution1 -flow_target vivado
set_part $part
create_clock -period $period -name default

csim_design -argv "$root/tb/data"
csynth_design
if {$do_cosim} { cosim_design -argv "$root/tb/data" }
if {$do_ip} { export_design -format ip_catalog }
exit
)",
      {{"PART", options.part},
       {"PERIOD", fmt::format("{}", options.clock_period_ns)},
       {"TOP", plan.top}});
}

std::string print_makefile(const Plan& plan) {
  return fill(R"(# Simulation with a plain C++ compiler:
#   make AP_TYPES=/path/to/ap_types test     the test bench on its golden vectors
#   make AP_TYPES=/path/to/ap_types replay   raw inputs to raw outputs (tb/replay.cpp)
#   make AP_TYPES=/path/to/ap_types trace    the same with every layer's values
# AP_TYPES is the folder that holds ap_fixed.h and hls_stream.h; Vitis has them in its include folder.
AP_TYPES ?= $(XILINX_HLS)/include
CXX ?= g++
# The vendor's headers count as a system's: their warnings are not ours to mend.
FLAGS = -std=c++14 -O2 -Wall -Wextra -isystem $(AP_TYPES) -Ifirmware -Itb $(CXXFLAGS)
SOURCES = $(wildcard firmware/*.h firmware/*/*.h tb/*.h)

.PHONY: test clean
test: test_bench
	./test_bench tb/data

test_bench: tb/test_bench.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) tb/test_bench.cpp firmware/@TOP@.cpp -o $@

replay: tb/replay.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) tb/replay.cpp firmware/@TOP@.cpp -o $@

trace: tb/replay.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) -DQFX_TRACE_FILE tb/replay.cpp firmware/@TOP@.cpp -o $@

clean:
	$(RM) test_bench replay trace
)",
              {{"TOP", plan.top}});
}

std::string print_readme(const Plan& plan, const VitisOptions& options) {
  std::string layers;
  for (graph::NodeId id = 0; id < std::ssize(plan.names); ++id) {
    const graph::FrozenNode& node = plan.node(id);
    layers += fmt::format("| {} | `{}` | {} | `{}` | `{}` |\n", id, comment_text(node.name),
                          kind_name(node.op), graph::to_string(node.shape),
                          fixed::to_string(node.format));
  }
  return fill(R"(# @TOP@

A neural network in fixed point as a Vitis HLS project, written by QFX. Every layer is a process, streams
join them, and the results are bit for bit those of the frozen model.

| file | what it is |
|---|---|
| `firmware/@TOP@.cpp`, `@TOP@.h` | the top function: streams, FIFO depths, one call a layer |
| `firmware/types.h` | the number format of every tensor |
| `firmware/params/` | each layer's geometry, parallelism and constants, as raw integers |
| `firmware/qfx/` | the layers themselves, the same for every network |
| `tb/test_bench.cpp`, `tb/data/` | self-checking test bench and its golden vectors |
| `tb/replay.cpp` | raw inputs in, raw outputs out; with `-DQFX_TRACE_FILE` every layer's values too |
| `run_hls.tcl`, `Makefile` | the two ways to run it |

## In Vitis HLS

    vitis_hls -f run_hls.tcl                     # C simulation, then synthesis for @PART@
    vitis_hls -f run_hls.tcl -tclargs cosim ip   # and co-simulation and the packaged IP

## With g++

    make AP_TYPES=/path/to/ap_types test

`AP_TYPES` is the folder with the vendor's `ap_fixed.h` and `hls_stream.h`.

## Faster or smaller

`parallelism` in `firmware/params/` says how many outputs of a layer are computed at once: a convolution
takes kernel height x kernel width x outputs / parallelism cycles a pixel and that many multipliers times
the input channels. Any divisor of the number of outputs will do; the results stay the same.

## Layers

Indices and values everywhere are in C, H, W order, whatever the order on the streams.

| node | name | kind | shape | format |
|---|---|---|---|---|
@LAYERS@)",
              {{"TOP", plan.top}, {"PART", options.part}, {"LAYERS", layers}});
}

}  // namespace qfx::backends::vitis
