#include "backends/names/fill.h"
#include "backends/verilog/print_moves.h"

namespace qfx::backends::verilog {

EngineText print_reorder(const Context& context, const circuit::Engine& engine,
                         const circuit::Reorder& part) {
  const dataflow::Network& network = context.circuit.network;
  const dataflow::Process& process = network.processes[part.process];
  const dataflow::Layout& image = network.streams[process.inputs[0]].layout;
  const int width = context.circuit.links[engine.inputs[0]].element_width;
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
  qfx_reorder #(.WIDTH(@WIDTH@), .PIXELS(@PIXELS@), .CHANNELS(@CHANNELS@)) reorder (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data));
endmodule
)",
                      {{"NAME", context.name},
                       {"WIDTH", std::to_string(width)},
                       {"HIGH", std::to_string(width - 1)},
                       {"PIXELS", std::to_string(image.beats)},
                       {"CHANNELS", std::to_string(image.lanes)}}),
          {},
          {"qfx_reorder"}};
}

}  // namespace qfx::backends::verilog
