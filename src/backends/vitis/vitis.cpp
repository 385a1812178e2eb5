#include "backends/vitis/vitis.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "backends/board/board.h"
#include "backends/hls/assigned_formats.h"
#include "backends/hls/design.h"
#include "backends/hls/print_project.h"
#include "backends/names/fill.h"

#include "qfx/base/error.h"

namespace qfx::backends::vitis {
namespace {

constexpr char kDefaultPart[] = "xczu3eg-sbva484-1-e";

std::string refusal(const graph::FrozenModel& model) {
  for (const graph::FrozenNode& node : model.nodes) {
    for (const fixed::Format& format : hls::assigned_formats(node)) {
      if (format.rounding == fixed::Rounding::RND_CONV_ODD)
        return fmt::format(
            "node '{}' uses {}: ap_fixed has no RND_CONV_ODD; choose another rounding, or the "
            "target catapult",
            node.name, fixed::to_string(format));
    }
  }
  return "";
}

std::string ap_type(const fixed::Format& format) {
  std::string text = fmt::format(
      "{}<{}, {}, AP_{}, AP_{}", format.is_signed ? "ap_fixed" : "ap_ufixed", format.width,
      format.int_bits, to_string(format.rounding), to_string(format.overflow));
  if (format.wrap_bits > 0) text += fmt::format(", {}", format.wrap_bits);
  return text + ">";
}

std::string local_stream(const std::string& beat, const std::string& name) {
  return fmt::format("  qfx::Stream<{0}> {1}(\"{1}\");\n", beat, name);
}

std::string pragmas(const hls::Design& design) {
  const dataflow::Network& network = design.network;
  std::string text = "#ifdef __SYNTHESIS__\n";
  const auto axis = [&](const board::Port& port) {
    text += fmt::format("#pragma HLS INTERFACE axis port={}\n", port.name);
  };
  axis(design.input);
  for (const hls::Output& output : design.outputs) axis(output.port);
  // It runs for ever, as frames come; nobody starts it.
  text += "#pragma HLS INTERFACE ap_ctrl_none port=return\n#pragma HLS DATAFLOW\n";
  const auto depth = [&](const std::string& stream, std::int64_t words) {
    text += fmt::format("#pragma HLS STREAM variable={} depth={}\n", stream, words);
  };
  for (dataflow::StreamId id = 0; id < std::ssize(design.streams); ++id)
    depth(design.streams[id], network.streams[id].depth);
  for (const std::string& ends : design.frame_ends()) depth(ends, design.frame_ends_depth());
  return text + "#endif\n";
}

std::string part_of(const ExportOptions& options) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/';
  };
  if (!std::ranges::all_of(options.part, plain))
    user_error("the part is '{}'; allowed are letters, digits, '-', '_', '.' and '/', as in {}",
               options.part, kDefaultPart);
  return options.part.empty() ? kDefaultPart : options.part;
}

std::string script(const hls::Design& design, const ExportOptions& options) {
  return names::fill(
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
      {{"PART", part_of(options)},
       {"PERIOD", fmt::format("{}", options.clock_period_ns)},
       {"TOP", design.top}});
}

board::BoardDesign board_design(const hls::Design& design, const ExportOptions& options) {
  std::vector<board::Port> outputs;
  for (const hls::Output& output : design.outputs) outputs.push_back(output.port);
  return {.network = design.network,
          .top = design.top,
          .source = board::Source::Ip,
          .ip_folder = design.top + "_hls/solution1/impl/ip",
          .clock = "ap_clk",
          .reset = "ap_rst_n",
          .input = design.input,
          .outputs = std::move(outputs),
          .clock_period_ns = options.clock_period_ns};
}

std::string usage(const hls::Design& design, const ExportOptions& options) {
  return fmt::format(
      "    vitis_hls -f run_hls.tcl                     # C simulation, then synthesis for {}\n"
      "    vitis_hls -f run_hls.tcl -tclargs cosim ip   # and co-simulation and the packaged IP\n"
      "\n## On a board\n\n{}",
      part_of(options), board::print_usage(board_design(design, options)));
}

Files more(const hls::Design& design, const ExportOptions& options) {
  return board::print_board(board_design(design, options));
}

VendorHeaders headers() {
  return {.name = "ap_types",
          .files = {"ap_fixed.h", "hls_stream.h"},
          .folder = QFX_AP_TYPES_DIR,
          .variable = "QFX_AP_TYPES",
          .tool = "Vitis",
          .tool_variable = "XILINX_HLS",
          .tool_folder = "include"};
}

Files print(const dataflow::Network& network, const ExportOptions& options) {
  const hls::Vendor vendor{.target = "vitis",
                           .tool = "Vitis HLS",
                           .reserved = " ap_fixed ap_int ap_ufixed ap_uint half hls ",
                           .includes = {"ap_fixed.h", "hls_stream.h"},
                           .stream = "hls::stream",
                           .support = "vendor/ap",
                           .fixed_type = ap_type,
                           .local_stream = local_stream,
                           .before_top = [](const hls::Design&) { return std::string("QFX_TOP "); },
                           .top_pragmas = pragmas,
                           .test_bench = {},
                           .script = "run_hls.tcl",
                           .print_script = script,
                           .print_usage = usage,
                           .print_more = more,
                           .headers = headers(),
                           .headers_variable = "AP_TYPES"};
  return hls::print_project(vendor, network, options);
}

}  // namespace

Target target() {
  return {.name = "vitis",
          .former_name = "hls",
          .summary = "C++ on ap_fixed for Vitis HLS",
          .simulation = headers(),
          .refusal = refusal,
          .print = print};
}

}  // namespace qfx::backends::vitis
