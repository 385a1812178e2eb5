#include <algorithm>

#include "backends/names/fill.h"
#include "backends/verilog/bits.h"
#include "backends/verilog/print_whole.h"

namespace qfx::backends::verilog {

EngineText print_softmax(const Context& context, const circuit::Engine& engine,
                         const circuit::Softmax& softmax) {
  const dataflow::Network& network = context.circuit.network;
  const dataflow::Process& process = network.processes[static_cast<std::size_t>(softmax.process)];
  const auto& work = std::get<dataflow::Normalise>(process.work);
  const fixed::Format& in =
      network.node(context.circuit.links[static_cast<std::size_t>(engine.inputs[0])].node).format;
  const fixed::Format& out = network.node(process.node).format;
  const int entry_width = work.exponentials.format.width;
  const std::string table = context.name + "_table.mem";
  EngineText text;
  for (const std::int64_t entry : work.exponentials.entries.values)
    text.memories[table] += hex_digits(entry, entry_width) + "\n";
  text.support = {"qfx_softmax", "qfx_rom", "qfx_cast"};
  text.module = names::fill(R"(module @NAME@ (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [@IN_HIGH@:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [@OUT_HIGH@:0] o0_data
);
  qfx_softmax #(
      .TERMS(@TERMS@), .IN_WIDTH(@IN@), .IN_SIGNED(@IN_SIGNED@),
      .ENTRY_WIDTH(@ENTRY@), .SUM_WIDTH(@SUM@), .QUOTIENT_BITS(@QUOTIENT@), .TABLE("@TABLE@"),
      .OUT_WIDTH(@OUT@), .OUT_FRAC(@OUT_FRAC@), .OUT_SIGNED(@OUT_SIGNED@),
      .ROUNDING(@ROUNDING@), .OVERFLOW(@OVERFLOW@), .N_BITS(@N_BITS@)) softmax (
      .clk(clk), .rst(rst),
      .i_valid(i0_valid), .i_ready(i0_ready), .i_data(i0_data),
      .o_valid(o0_valid), .o_ready(o0_ready), .o_data(o0_data));
endmodule
)",
                            {{"NAME", context.name},
                             {"IN_HIGH", std::to_string(in.width - 1)},
                             {"OUT_HIGH", std::to_string(out.width - 1)},
                             {"TERMS", std::to_string(softmax.terms)},
                             {"IN", std::to_string(in.width)},
                             {"IN_SIGNED", in.is_signed ? "1" : "0"},
                             {"ENTRY", std::to_string(entry_width)},
                             // The proved sum is signed, and never below zero.
                             {"SUM", std::to_string(std::max(work.sum.width - 1, entry_width))},
                             {"QUOTIENT", std::to_string(softmax.quotient_bits)},
                             {"TABLE", table},
                             {"OUT", std::to_string(out.width)},
                             {"OUT_FRAC", std::to_string(out.frac_bits())},
                             {"OUT_SIGNED", out.is_signed ? "1" : "0"},
                             {"ROUNDING", std::to_string(static_cast<int>(out.rounding))},
                             {"OVERFLOW", std::to_string(static_cast<int>(out.overflow))},
                             {"N_BITS", std::to_string(out.wrap_bits)}});
  return text;
}

}  // namespace qfx::backends::verilog
