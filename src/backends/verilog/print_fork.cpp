#include "backends/names/fill.h"
#include "backends/verilog/print_moves.h"

namespace qfx::backends::verilog {

EngineText print_fork(const Context& context, const circuit::Engine& engine, const circuit::Fork&) {
  const std::int64_t width = context.circuit.links[engine.inputs[0]].width();
  return {names::fill(R"(module @NAME@ (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [@HIGH@:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [@HIGH@:0] o0_data,
    output wire o1_valid,
    input  wire o1_ready,
    output wire [@HIGH@:0] o1_data
);
  qfx_fork #(.WIDTH(@WIDTH@)) fork_word (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data),
      .o1_valid(o1_valid), .o1_ready(o1_ready), .o1_data(o1_data));
endmodule
)",
                      {{"NAME", context.name},
                       {"WIDTH", std::to_string(width)},
                       {"HIGH", std::to_string(width - 1)}}),
          {},
          {"qfx_fork"}};
}

}  // namespace qfx::backends::verilog
