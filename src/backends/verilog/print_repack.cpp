#include <numeric>

#include "backends/names/fill.h"
#include "backends/verilog/print_moves.h"

namespace qfx::backends::verilog {

EngineText print_repack(const Context& context, const circuit::Engine& engine,
                        const circuit::Repack&) {
  const circuit::Link& in = context.circuit.links[engine.inputs[0]];
  const circuit::Link& out = context.circuit.links[engine.outputs[0]];
  // As many elements as always stay together.
  const std::int64_t unit = std::gcd(std::gcd(in.lanes, out.lanes), in.group);
  return {names::fill(
              R"(// @IN_LANES@ to @OUT_LANES@ elements of @ELEMENT@ bits, in groups of @ELEMENTS@.
module @NAME@ (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [@IN_HIGH@:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [@OUT_HIGH@:0] o0_data
);
  qfx_repack #(.WIDTH(@WIDTH@), .IN(@IN@), .OUT(@OUT@), .GROUP(@GROUP@)) repack (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data));
endmodule
)",
              {{"NAME", context.name},
               {"IN_LANES", std::to_string(in.lanes)},
               {"OUT_LANES", std::to_string(out.lanes)},
               {"ELEMENT", std::to_string(in.element_width)},
               {"ELEMENTS", std::to_string(in.group)},
               {"IN_HIGH", std::to_string(in.width() - 1)},
               {"OUT_HIGH", std::to_string(out.width() - 1)},
               {"WIDTH", std::to_string(in.element_width * unit)},
               {"IN", std::to_string(in.lanes / unit)},
               {"OUT", std::to_string(out.lanes / unit)},
               {"GROUP", std::to_string(in.group / unit)}}),
          {},
          {"qfx_repack"}};
}

}  // namespace qfx::backends::verilog
