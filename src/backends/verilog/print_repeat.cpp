#include "backends/names/fill.h"
#include "backends/verilog/print_moves.h"

namespace qfx::backends::verilog {

EngineText print_repeat(const Context& context, const circuit::Engine& engine,
                        const circuit::Repeat& part) {
  const circuit::Link& in = context.circuit.links[engine.inputs[0]];
  const dataflow::Process& process = context.circuit.network.processes[part.process];
  return {names::fill(R"(module @NAME@ (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [@HIGH@:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [@HIGH@:0] o0_data
);
  qfx_repeat #(.WIDTH(@WIDTH@), .WORDS(@WORDS@), .TIMES(@TIMES@)) repeat_words (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data));
endmodule
)",
                      {{"NAME", context.name},
                       {"WIDTH", std::to_string(in.width())},
                       {"HIGH", std::to_string(in.width() - 1)},
                       {"WORDS", std::to_string(in.words())},
                       {"TIMES", std::to_string(std::get<dataflow::Repeat>(process.work).times)}}),
          {},
          {"qfx_repeat"}};
}

}  // namespace qfx::backends::verilog
