#include "backends/verilog/print_top.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/names/fill.h"
#include "backends/names/identifiers.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Engine;
using circuit::EngineId;
using circuit::Link;
using circuit::LinkId;

// A port may be wider than the elements of a beat.
std::int64_t empty_bits(const board::Port& port) {
  return port.tdata_width() - port.used_bits();
}

std::string port_text(const board::Port& port) {
  return fmt::format("{} {} of {} x {} bits{}, {} {}", port.beats(),
                     port.beats() == 1 ? "beat" : "beats", port.lanes, port.container,
                     empty_bits(port) == 0 ? "" : fmt::format(" in {}", port.tdata_width()),
                     graph::to_string(port.shape), fixed::to_string(port.format));
}

std::string output_ports(const board::Port& port) {
  return names::fill(
      R"(    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 @NAME@ TDATA" *)
    output wire [@OUT@:0] @NAME@_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 @NAME@ TVALID" *)
    output wire @NAME@_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 @NAME@ TREADY" *)
    input  wire @NAME@_tready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 @NAME@ TLAST" *)
    output wire @NAME@_tlast,
)",
      {{"NAME", port.name}, {"OUT", std::to_string(port.tdata_width() - 1)}});
}

std::string head(const Design& design) {
  std::string outputs, buses, ports;
  for (const board::Port& port : design.outputs) {
    outputs += fmt::format("//   {}  {}\n", port.name, port_text(port));
    buses += ":" + port.name;
    ports += output_ports(port);
  }
  return names::fill(
      R"(// @MODEL@: engines joined by FIFOs, between @HOW_MANY@ AXI-Stream ports.
//   s_axis  @INPUT@
@OUTPUTS@// A frame whose last input beat has TLAST leaves with TLAST. frame_error: a TLAST came within a frame,
// which was then completed with zeros; it stays until reset.
module @TOP@ (
    (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK" *)
    (* X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axis@BUSES@, ASSOCIATED_RESET aresetn" *)
    input  wire aclk,
    (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST" *)
    (* X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
    input  wire aresetn,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TDATA" *)
    input  wire [@IN@:0] s_axis_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TVALID" *)
    input  wire s_axis_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TREADY" *)
    output wire s_axis_tready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TLAST" *)
    input  wire s_axis_tlast,
@PORTS@`ifdef QFX_WATCH
    input  wire watch,
`endif
    output wire frame_error
);
  // From a register, as it reaches everything.
  reg rst = 1'b1;
  always @(posedge aclk) rst <= !aresetn;
)",
      {{"MODEL", names::comment_text(design.model().name)},
       {"HOW_MANY", design.outputs.size() == 1 ? "two" : std::to_string(design.outputs.size() + 1)},
       {"INPUT", port_text(design.input)},
       {"OUTPUTS", outputs},
       {"BUSES", buses},
       {"PORTS", ports},
       {"TOP", design.top},
       {"IN", std::to_string(design.input.tdata_width() - 1)}});
}

// "w3" is the side of link 3 that is written to, "r3" the other.
std::string connect(const std::string& port, char side, LinkId id) {
  return fmt::format(".{0}_valid({1}{2}_valid), .{0}_ready({1}{2}_ready), .{0}_data({1}{2}_data)",
                     port, side, id);
}

std::string neighbour(const Design& design, EngineId engine, const char* port) {
  return engine == circuit::kRim ? port : design.short_name(engine);
}

std::string reader_of(const Design& design, LinkId id) {
  const EngineId reader = design.circuit.links[static_cast<std::size_t>(id)].reader;
  if (reader != circuit::kRim) return design.short_name(reader);
  const std::vector<LinkId>& outputs = design.circuit.outputs;
  const auto at = std::ranges::find(outputs, id) - outputs.begin();
  return design.outputs[static_cast<std::size_t>(at)].name;
}

std::string print_link(const Design& design, LinkId id) {
  const Link& link = design.circuit.links[static_cast<std::size_t>(id)];
  std::string text =
      names::fill(R"(
  // Link @ID@, @WRITER@ to @READER@: @NODE@, @WORDS@ words of @LANES@ a frame
  wire w@ID@_valid, w@ID@_ready, r@ID@_valid, r@ID@_ready;
  wire [@HIGH@:0] w@ID@_data, r@ID@_data;
  qfx_fifo #(.WIDTH(@WIDTH@), .DEPTH(@DEPTH@), .SEED(@SEED@)) fifo_@ID@ (
      .clk(aclk), .rst(rst), @IN@,
      @OUT@);
)",
                  {{"ID", std::to_string(id)},
                   {"WRITER", neighbour(design, link.writer, "s_axis")},
                   {"READER", reader_of(design, id)},
                   {"NODE", names::comment_text(design.circuit.network.node(link.node).name)},
                   {"WORDS", std::to_string(link.words())},
                   {"LANES", std::to_string(link.lanes)},
                   {"HIGH", std::to_string(link.width() - 1)},
                   {"WIDTH", std::to_string(link.width())},
                   {"DEPTH", std::to_string(link.depth)},
                   {"SEED", std::to_string(id + 1)},
                   {"IN", connect("i", 'w', id)},
                   {"OUT", connect("o", 'r', id)}});
  if (link.is_trace)
    text += fmt::format(
        "`ifdef QFX_TRACE\n"
        "  qfx_trace #(.ID({1}), .WIDTH({2}), .LANES({3}), .GROUP({4})) trace_{0} (\n"
        "      .clk(aclk), .rst(rst), .fire(w{0}_valid && w{0}_ready), .data(w{0}_data));\n"
        "`endif\n",
        id, link.node, link.element_width, link.lanes, link.group);
  return text + fmt::format(
                    "`ifdef QFX_WATCH\n"
                    "  qfx_watch_link #(.ID({0})) watch_{0} (\n"
                    "      .clk(aclk), .rst(rst), .watch(watch),\n"
                    "      .i_fire(w{0}_valid && w{0}_ready), .o_fire(r{0}_valid && r{0}_ready));\n"
                    "`endif\n",
                    id);
}

// A port of the watcher: of the engine's link, or of none.
std::string watched(const Engine& engine, bool is_input, std::size_t index) {
  const std::vector<LinkId>& links = is_input ? engine.inputs : engine.outputs;
  const std::string port = fmt::format("{}{}", is_input ? 'i' : 'o', index);
  if (index >= links.size()) return fmt::format(".{0}_valid(1'b1), .{0}_ready(1'b1)", port);
  return fmt::format(".{0}_valid({1}{2}_valid), .{0}_ready({1}{2}_ready)", port,
                     is_input ? 'r' : 'w', links[index]);
}

std::string print_instance(const Design& design, EngineId id) {
  const Engine& engine = design.circuit.engines[static_cast<std::size_t>(id)];
  const std::string name = design.short_name(id);
  std::string text = fmt::format("\n  {} u_{} (\n      .clk(aclk), .rst(rst)",
                                 design.engines[static_cast<std::size_t>(id)], name);
  for (std::size_t i = 0; i < engine.inputs.size(); ++i)
    text += ",\n      " + connect(fmt::format("i{}", i), 'r', engine.inputs[i]);
  for (std::size_t i = 0; i < engine.outputs.size(); ++i)
    text += ",\n      " + connect(fmt::format("o{}", i), 'w', engine.outputs[i]);
  const Link& first = design.circuit.links[static_cast<std::size_t>(engine.outputs.front())];
  return text + fmt::format(
                    ");\n`ifdef QFX_WATCH\n"
                    "  qfx_watch_engine #(\n      .NAME(\"{0}\"), .INPUTS({1}), .OUTPUTS({2}), "
                    ".WORDS({3})) watch_u_{0} (\n"
                    "      .clk(aclk), .rst(rst), .watch(watch),\n"
                    "      {4}, {5},\n      {6}, {7});\n`endif\n",
                    name, engine.inputs.size(), engine.outputs.size(), first.words(),
                    watched(engine, true, 0), watched(engine, true, 1), watched(engine, false, 0),
                    watched(engine, false, 1));
}

// The signals between the FIFO of the frames' TLAST and an output, and the names of both.
struct OutputNames {
  std::string fifo = "last_fifo", last = "last_out", axis = "axis_out";
};

OutputNames names_of(const Design& design, std::size_t output) {
  if (design.outputs.size() == 1) return {};
  return {fmt::format("last_fifo_{}", output), fmt::format("last_out_{}", output),
          fmt::format("axis_out_{}", output)};
}

// The bits of a port in which elements lie.
std::string used_data(const board::Port& port) {
  if (empty_bits(port) == 0) return port.name + "_tdata";
  return fmt::format("{}_tdata[{}:0]", port.name, port.used_bits() - 1);
}

std::string print_output(const Design& design, std::size_t output) {
  const LinkId id = design.circuit.outputs[output];
  const Link& link = design.circuit.links[static_cast<std::size_t>(id)];
  const board::Port& port = design.outputs[output];
  const OutputNames names = names_of(design, output);
  return names::fill(
      R"(  qfx_fifo #(.WIDTH(1), .DEPTH(@FRAMES@), .BLOCK(0)) @FIFO@ (
      .clk(aclk), .rst(rst), .i_valid(last_in_valid), .i_ready(@IN_READY@), .i_data(last_in),
      .o_valid(@LAST@_valid), .o_ready(@LAST@_ready), .o_data(@LAST@));
  qfx_axis_out #(
      .LANES(@LANES@), .WIDTH(@WIDTH@), .SIGNED(@SIGNED@), .CONTAINER(@CONTAINER@), .BEATS(@BEATS@)) @AXIS@ (
      .clk(aclk), .rst(rst), @LINK@,
      .last_valid(@LAST@_valid), .last_ready(@LAST@_ready), .last(@LAST@),
      .m_axis_tdata(@DATA@), .m_axis_tvalid(@PORT@_tvalid), .m_axis_tready(@PORT@_tready),
      .m_axis_tlast(@PORT@_tlast));
@EMPTY@)",
      {{"FRAMES", std::to_string(frames_in_flight(design.circuit))},
       {"FIFO", names.fifo},
       {"IN_READY",
        design.outputs.size() == 1 ? "last_in_ready" : fmt::format("last_in_readies[{}]", output)},
       {"LAST", names.last},
       {"LANES", std::to_string(link.lanes)},
       {"WIDTH", std::to_string(link.element_width)},
       {"SIGNED", port.format.is_signed ? "1" : "0"},
       {"CONTAINER", std::to_string(port.container)},
       {"BEATS", std::to_string(port.beats())},
       {"AXIS", names.axis},
       {"LINK", connect("i", 'r', id)},
       {"DATA", used_data(port)},
       {"EMPTY", empty_bits(port) == 0
                     ? ""
                     : fmt::format("  assign {}_tdata[{}:{}] = {}'d0;\n", port.name,
                                   port.tdata_width() - 1, port.used_bits(), empty_bits(port))},
       {"PORT", port.name}});
}

// A frame's TLAST is for all outputs, so its last beat comes in when every FIFO has room for that.
std::string shared_last(const Design& design) {
  if (design.outputs.size() == 1) return "";
  return fmt::format("  wire [{}:0] last_in_readies;\n  assign last_in_ready = &last_in_readies;\n",
                     design.outputs.size() - 1);
}

std::string print_rim(const Design& design) {
  const circuit::Circuit& circuit = design.circuit;
  const Link& in = circuit.links[static_cast<std::size_t>(circuit.input)];
  std::string wires, outputs;
  for (std::size_t i = 0; i < design.outputs.size(); ++i) {
    wires += fmt::format(", {0}_valid, {0}_ready, {0}", names_of(design, i).last);
    outputs += print_output(design, i);
  }
  return names::fill(R"(
  // The ports, and for each frame between them whether it came with TLAST.
  wire last_in_valid, last_in_ready, last_in@WIRES@;
@SHARED@  qfx_axis_in #(.LANES(@IN_LANES@), .WIDTH(@IN_WIDTH@), .CONTAINER(@IN_CONTAINER@), .BEATS(@IN_BEATS@)) axis_in (
      .clk(aclk), .rst(rst), .s_axis_tdata(@IN_DATA@), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast),
      @IN@,
      .last_valid(last_in_valid), .last_ready(last_in_ready), .last(last_in),
      .frame_error(frame_error));
@UNREAD@@OUTPUTS@)",
                     {{"WIRES", wires},
                      {"SHARED", shared_last(design)},
                      {"IN_LANES", std::to_string(in.lanes)},
                      {"IN_WIDTH", std::to_string(in.element_width)},
                      {"IN_CONTAINER", std::to_string(design.input.container)},
                      {"IN_BEATS", std::to_string(design.input.beats())},
                      {"IN", connect("o", 'w', circuit.input)},
                      {"IN_DATA", used_data(design.input)},
                      {"UNREAD", empty_bits(design.input) == 0
                                     ? ""
                                     : fmt::format("  wire _unused_ok = &{{1'b0, "
                                                   "s_axis_tdata[{}:{}]}};\n",
                                                   design.input.tdata_width() - 1,
                                                   design.input.used_bits())},
                      {"OUTPUTS", outputs}});
}

}  // namespace

std::string print_top(const Design& design) {
  std::string text = head(design);
  for (LinkId id = 0; id < std::ssize(design.circuit.links); ++id) text += print_link(design, id);
  text += print_rim(design);
  for (EngineId id = 0; id < std::ssize(design.circuit.engines); ++id)
    text += print_instance(design, id);
  return text + "endmodule\n";
}

}  // namespace qfx::backends::verilog
