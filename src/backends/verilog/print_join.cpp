#include <algorithm>
#include <bit>
#include <fmt/format.h>

#include "backends/names/fill.h"
#include "backends/verilog/print_moves.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Link;

// A word of input `i` in the output's format, "cast<i>".
std::string print_casts(const dataflow::Network& network, const Link& in, const fixed::Format& to,
                        std::size_t i) {
  const fixed::Format& from = network.node(in.node).format;
  return names::fill(R"(
  wire [@OUT_HIGH@:0] cast@I@;
  generate
    for (lane = 0; lane < @LANES@; lane = lane + 1) begin : casts@I@
      qfx_cast #(
          .IN_WIDTH(@IN@), .IN_FRAC(@IN_FRAC@), .IN_SIGNED(@IN_SIGNED@),
          .OUT_WIDTH(@OUT@), .OUT_FRAC(@OUT_FRAC@), .OUT_SIGNED(@OUT_SIGNED@),
          .ROUNDING(@ROUNDING@), .OVERFLOW(@OVERFLOW@), .N_BITS(@N_BITS@)) cast (
          .x(i@I@_data[lane*@IN@+:@IN@]), .y(cast@I@[lane*@OUT@+:@OUT@]));
    end
  endgenerate
)",
                     {{"I", std::to_string(i)},
                      {"LANES", std::to_string(in.lanes)},
                      {"OUT_HIGH", std::to_string(in.lanes * to.width - 1)},
                      {"IN", std::to_string(from.width)},
                      {"IN_FRAC", std::to_string(from.frac_bits())},
                      {"IN_SIGNED", from.is_signed ? "1" : "0"},
                      {"OUT", std::to_string(to.width)},
                      {"OUT_FRAC", std::to_string(to.frac_bits())},
                      {"OUT_SIGNED", to.is_signed ? "1" : "0"},
                      {"ROUNDING", std::to_string(static_cast<int>(to.rounding))},
                      {"OVERFLOW", std::to_string(static_cast<int>(to.overflow))},
                      {"N_BITS", std::to_string(to.wrap_bits)}});
}

}  // namespace

EngineText print_join(const Context& context, const circuit::Engine& engine,
                      const circuit::Join& part) {
  const dataflow::Network& network = context.circuit.network;
  const fixed::Format& format = network.node(network.processes[part.process].node).format;
  const std::int64_t width = context.circuit.links[engine.outputs[0]].width();
  // The first rounds are a turn of every input.
  std::int64_t most = 1;
  for (std::size_t i = 0; i < engine.inputs.size(); ++i)
    most = std::max(most, engine.behaviour.rounds[i].count - 1);
  const int bits = std::bit_width(static_cast<std::uint64_t>(most));

  std::string ports, casts, valid, ready, data, after;
  for (std::size_t i = 0; i < engine.inputs.size(); ++i) {
    const Link& in = context.circuit.links[engine.inputs[i]];
    ports += fmt::format(
        "    input  wire i{0}_valid,\n    output wire i{0}_ready,\n    input  wire [{1}:0] "
        "i{0}_data,\n",
        i, in.width() - 1);
    casts += print_casts(network, in, format, i);
    // Input 0 in the lowest place.
    const char* comma = i == 0 ? "" : ", ";
    valid = fmt::format("i{}_valid{}{}", i, comma, valid);
    ready = fmt::format("i{}_ready{}{}", i, comma, ready);
    data = fmt::format("cast{}{}{}", i, comma, data);
    after = fmt::format("{}'d{}{}{}", bits, engine.behaviour.rounds[i].count - 1, comma, after);
  }
  return {names::fill(R"(module @NAME@ (
    input  wire clk,
    input  wire rst,
@PORTS@    output wire o0_valid,
    input  wire o0_ready,
    output wire [@HIGH@:0] o0_data
);
  genvar lane;
@CASTS@
  qfx_join #(
      .INPUTS(@INPUTS@), .WIDTH(@WIDTH@), .BITS(@BITS@),
      .AFTER({@AFTER@})) join_words (
      .clk(clk), .rst(rst),
      .i_valid({@VALID@}),
      .i_ready({@READY@}),
      .i_data({@DATA@}),
      .o_valid(o0_valid), .o_ready(o0_ready), .o_data(o0_data));
endmodule
)",
                      {{"NAME", context.name},
                       {"PORTS", ports},
                       {"HIGH", std::to_string(width - 1)},
                       {"CASTS", casts.substr(1)},
                       {"INPUTS", std::to_string(engine.inputs.size())},
                       {"WIDTH", std::to_string(width)},
                       {"BITS", std::to_string(bits)},
                       {"AFTER", after},
                       {"VALID", valid},
                       {"READY", ready},
                       {"DATA", data}}),
          {},
          {"qfx_join", "qfx_cast"}};
}

}  // namespace qfx::backends::verilog
