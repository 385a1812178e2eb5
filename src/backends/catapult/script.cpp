#include "backends/catapult/script.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "backends/names/fill.h"

#include "qfx/base/error.h"

namespace qfx::backends::catapult {
namespace {

constexpr char kDefaultLibrary[] = "nangate-45nm_beh";

std::string library_of(const ExportOptions& options) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  if (!std::ranges::all_of(options.part, plain))
    user_error(
        "the part is '{}'; catapult wants the name of a technology library, of letters, digits, "
        "'-', '_' and '.', as in {}",
        options.part, kDefaultLibrary);
  return options.part.empty() ? kDefaultLibrary : options.part;
}

// A line for each channel between two processes.
std::string depths(const hls::Design& design) {
  std::string text;
  const auto depth = [&](const std::string& stream, std::int64_t words) {
    text += fmt::format("directive set /{}/{}:cns -FIFO_DEPTH {}\n", design.top, stream, words);
  };
  for (dataflow::StreamId id = 0; id < std::ssize(design.streams); ++id)
    depth(design.streams[id], design.stream(id).depth);
  for (const std::string& ends : design.frame_ends()) depth(ends, design.frame_ends_depth());
  return text;
}

}  // namespace

std::string print_script(const hls::Design& design, const ExportOptions& options) {
  return names::fill(
      R"(# Catapult: C simulation, synthesis, and on request simulation of the RTL against the C++.
#   catapult -shell -file directives.tcl                simulate and synthesise
#   QFX_COSIM=1 catapult -shell -file directives.tcl    the same, then simulate the RTL
#
# The technology is yours to choose: these are the names of a library that Catapult brings.
set library @LIBRARY@
set rtl_tool DesignCompiler
set memories ccs_sample_mem
set period @PERIOD@
# Arrays of up to so many bits become registers, larger ones memories.
set largest_register 32768

set root [file normalize [file dirname [info script]]]

project new -name @TOP@_catapult
options set /Input/CppStandard c++14
options set /Input/SearchPath [list $root/firmware $root/tb] -append
options set /Output/OutputVHDL false
options set /Output/OutputVerilog true
flow package require /SCVerify
flow package option set /SCVerify/INVOKE_ARGS $root/tb/data

solution file add $root/firmware/@TOP@.cpp -type C++
solution file add $root/tb/test_bench.cpp -type C++ -exclude true
directive set -DESIGN_HIERARCHY @TOP@
directive set -MEM_MAP_THRESHOLD $largest_register
go analyze
go compile
flow run /SCVerify/launch_make ./scverify/Verify_orig_cxx_osci.mk {} SIMTOOL=osci sim

solution library add $library -- -rtlsyntool $rtl_tool
solution library add $memories
go libraries
directive set -CLOCKS [list clk [list -CLOCK_PERIOD $period]]
go assembly
# What each channel must hold; a shallower one deadlocks.
@DEPTHS@go architect
go extract

if {[info exists ::env(QFX_COSIM)]} {
  flow run /SCVerify/launch_make ./scverify/Verify_rtl_v_msim.mk {} SIMTOOL=msim sim
}
project save
)",
      {{"LIBRARY", library_of(options)},
       {"PERIOD", fmt::format("{}", options.clock_period_ns)},
       {"TOP", design.top},
       {"DEPTHS", depths(design)}});
}

std::string print_usage(const hls::Design&, const ExportOptions& options) {
  return fmt::format(
      "    catapult -shell -file directives.tcl                # C simulation, then synthesis\n"
      "    QFX_COSIM=1 catapult -shell -file directives.tcl    # and simulation of the RTL\n\n"
      "The technology is the library `{}`; the head of `directives.tcl` names it, the tool behind "
      "it\n"
      "and the memories, to be replaced by your own.\n",
      library_of(options));
}

}  // namespace qfx::backends::catapult
