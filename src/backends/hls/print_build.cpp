#include "backends/hls/print_build.h"

#include <fmt/format.h>

#include "backends/names/fill.h"
#include "backends/names/identifiers.h"

namespace qfx::backends::hls {

std::string print_makefile(const Design& design) {
  const VendorHeaders& headers = design.vendor.headers;
  return names::fill(R"(# Simulation with a plain C++ compiler:
#   make @VARIABLE@=/path/to/@NAME@ test     the test bench on its golden vectors
#   make @VARIABLE@=/path/to/@NAME@ replay   raw inputs to raw outputs (tb/replay.cpp)
#   make @VARIABLE@=/path/to/@NAME@ trace    the same with every layer's values
# @VARIABLE@ is the folder that holds @FILES@; @TOOL@ has them in its @FOLDER@ folder.
@VARIABLE@ ?= $(@HOME@)/@FOLDER@
CXX ?= g++
# The vendor's headers count as a system's: their warnings are not ours to mend. About uninitialised values g++ warns
# all the same, in functions of theirs that it has inlined.
FLAGS = -std=c++14 -O2 -Wall -Wextra -Wno-uninitialized -DQFX_PLAIN_STREAMS -isystem $(@VARIABLE@) -Ifirmware -Itb $(CXXFLAGS)
SOURCES = $(wildcard firmware/*.h firmware/*/*.h tb/*.h)

.PHONY: test clean
# The top is read with the bench: the vendor's headers cost more than most networks.
# A large image's beats may need more stack than a program usually gets.
test: test_bench
	ulimit -s `ulimit -H -s`; ./test_bench tb/data

test_bench: tb/test_bench.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) -include firmware/@TOP@.cpp tb/test_bench.cpp -o $@

replay: tb/replay.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) -include firmware/@TOP@.cpp tb/replay.cpp -o $@

trace: tb/replay.cpp firmware/@TOP@.cpp $(SOURCES)
	$(CXX) $(FLAGS) -DQFX_TRACE_FILE -include firmware/@TOP@.cpp tb/replay.cpp -o $@

clean:
	$(RM) test_bench replay trace
)",
                     {{"VARIABLE", std::string(design.vendor.headers_variable)},
                      {"NAME", std::string(headers.name)},
                      {"FILES", fmt::format("{}", fmt::join(headers.files, " and "))},
                      {"TOOL", std::string(headers.tool)},
                      {"HOME", std::string(headers.tool_variable)},
                      {"FOLDER", std::string(headers.tool_folder)},
                      {"TOP", design.top}});
}

std::string print_readme(const Design& design, const ExportOptions& options) {
  std::string layers;
  for (graph::NodeId id = 0; id < std::ssize(design.nodes); ++id) {
    const graph::FrozenNode& node = design.network.node(id);
    layers += fmt::format("| {} | `{}` | {} | `{}` | `{}` |\n", id, names::comment_text(node.name),
                          kind_name(node.op), graph::to_string(node.shape),
                          fixed::to_string(node.format));
  }
  const VendorHeaders& headers = design.vendor.headers;
  return names::fill(R"(# @TOP@

A neural network in fixed point as a @TOOL@ project, written by QFX. Every layer is a process, streams
join them, and the results are bit for bit those of the frozen model.

| file | what it is |
|---|---|
| `firmware/@TOP@.cpp`, `@TOP@.h` | the top function: streams, FIFO depths, one call a layer |
| `firmware/types.h` | the number format of every tensor |
| `firmware/params/` | each layer's geometry, parallelism and constants, as raw integers |
| `firmware/qfx/` | the layers themselves, the same for every network |
| `tb/test_bench.cpp`, `tb/data/` | self-checking test bench and its golden vectors |
| `tb/replay.cpp` | raw inputs in, raw outputs out; with `-DQFX_TRACE_FILE` every layer's values too |
| `@SCRIPT@`, `Makefile` | the two ways to run it |

## In @TOOL@

@USAGE@
## With g++

    make @VARIABLE@=/path/to/@NAME@ test

`@VARIABLE@` is the folder with the vendor's @FILES@.

## Faster or smaller

`parallelism` in `firmware/params/` says how many outputs of a layer are computed at once, any number of them, and `simd`
how many inputs of each: a convolution takes kernel height x kernel width x outputs / parallelism x inputs / simd cycles a
pixel and parallelism x simd multipliers. `parallelism` can be changed by hand; `simd` orders the weights, so export
again with `--fold NAME=PARALLELISMxSIMD`, or with `--images-per-second`, which chooses for all layers. The results stay the
same.

## Layers

Indices and values everywhere are in C, H, W order, whatever the order on the streams.

| node | name | kind | shape | format |
|---|---|---|---|---|
@LAYERS@)",
                     {{"TOP", design.top},
                      {"TOOL", std::string(design.vendor.tool)},
                      {"SCRIPT", std::string(design.vendor.script)},
                      {"USAGE", design.vendor.print_usage(design, options)},
                      {"VARIABLE", std::string(design.vendor.headers_variable)},
                      {"NAME", std::string(headers.name)},
                      {"FILES", fmt::format("`{}`", fmt::join(headers.files, "` and `"))},
                      {"LAYERS", layers}});
}

}  // namespace qfx::backends::hls
