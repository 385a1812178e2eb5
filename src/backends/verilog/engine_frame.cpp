#include "backends/verilog/engine_frame.h"

#include <fmt/format.h>

namespace qfx::backends::verilog {

std::string engine_head(const std::string& what, const std::string& name, std::int64_t in_width,
                        std::int64_t out_width) {
  return fmt::format(
      "// {}\n"
      "module {} (\n"
      "    input  wire clk,\n"
      "    input  wire rst,\n"
      "    input  wire i0_valid,\n"
      "    output wire i0_ready,\n"
      "    input  wire {}i0_data,\n"
      "    output reg  o0_valid,\n"
      "    input  wire o0_ready,\n"
      "    output reg  {}o0_data\n"
      ");\n"
      "  wire en = !o0_valid || o0_ready;\n",
      what, name, range(in_width), range(out_width));
}

void declare_counters(std::string& module) {
  const std::string first = "  wire en = ";
  for (const char* counter : {"s", "p"})
    if (module.find(fmt::format("for ({} = 0", counter)) != module.npos)
      module.insert(module.find(first), fmt::format("  genvar {};\n", counter));
}

std::string engine_end() {
  return "\n"
         "  always @(posedge clk)\n"
         "    if (rst) o0_valid <= 1'b0;\n"
         "    else if (en) o0_valid <= done;\n"
         "  always @(posedge clk) if (en) o0_data <= result;\n"
         "endmodule\n";
}

Instance cast_of(const std::string& name, int width, int frac_bits, const fixed::Format& to,
                 bool is_signed) {
  Instance cast("qfx_cast", name);
  cast.with("IN_WIDTH", width)
      .with("IN_FRAC", frac_bits)
      .with("IN_SIGNED", is_signed ? 1 : 0)
      .with("OUT_WIDTH", to.width)
      .with("OUT_FRAC", to.frac_bits())
      .with("OUT_SIGNED", to.is_signed ? 1 : 0)
      .with("ROUNDING", static_cast<int>(to.rounding))
      .with("OVERFLOW", static_cast<int>(to.overflow))
      .with("N_BITS", to.wrap_bits);
  return cast;
}

}  // namespace qfx::backends::verilog
