#include "backends/verilog/flag_delay.h"

#include "backends/verilog/instance.h"

namespace qfx::backends::verilog {

std::string flag_delay(const std::string& name, int width, int edges, const std::string& from,
                       const std::string& to) {
  return Instance("qfx_delay", name)
      .with("WIDTH", width)
      .with("EDGES", edges)
      .ports({"clk", "rst", "en"})
      .port("d", from)
      .port("q", to)
      .text();
}

}  // namespace qfx::backends::verilog
