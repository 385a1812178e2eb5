#include "backends/board/board.h"

#include <fmt/format.h>

#include "backends/board/design_json.h"
#include "backends/board/design_tcl.h"
#include "qfx/backends/support.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::backends::board {

int container_of(int width) {
  QFX_ASSERT(width >= 1 && width <= 32);
  return width <= 8 ? 8 : width <= 16 ? 16 : 32;
}

Port make_port(const dataflow::Network& network, dataflow::StreamId stream, std::string name) {
  const dataflow::Stream& ends = network.streams[stream];
  const graph::FrozenModel& model = network.model();
  const graph::FrozenNode& node = stream == network.input ? model.input() : model.output();
  Port port{.name = std::move(name),
            .shape = node.shape,
            .format = node.format,
            .layout = ends.layout,
            .lanes = 1,
            .container = container_of(node.format.width)};
  const std::int64_t elements = ends.layout.elements();
  while (elements % (2 * port.lanes) == 0 && 2 * port.tdata_width() <= kDataWidth) port.lanes *= 2;
  return port;
}

Files print_board(const BoardDesign& design) {
  QFX_ASSERT(design.input.layout.elements() % design.input.lanes == 0);
  QFX_ASSERT(design.output.layout.elements() % design.output.lanes == 0);
  const auto support = support_directory("board");
  Files files;
  files["board/build.tcl"] = read_file(support / "build.tcl");
  files["board/driver.py"] = read_file(support / "driver.py");
  if (design.source == Source::Verilog) files["board/ip.tcl"] = read_file(support / "ip.tcl");
  files["board/design.tcl"] = print_design_tcl(design);
  files["board/design.json"] = print_design_json(design);
  return files;
}

std::string print_usage(const BoardDesign& design) {
  return fmt::format(
      "`board/` takes it onto a board. **No vendor tool has run these scripts where QFX is "
      "developed**: tests run them\nthrough tclsh against a record of what they call, and the "
      "driver against a simulated DMA.\n\n"
      "{0}"
      "    vivado -mode batch -source board/build.tcl -tclargs pynq-z2        # or ultra96-v2, "
      "zcu104, kv260; a clock in MHz may follow\n"
      "{1}\n"
      "`build.tcl` ends with exit code 1 where timing is not met, else it leaves `{2}.bit` and "
      "`{2}.hwh`. On the board, beside\nthese two, `driver.py` and `design.json`:\n\n"
      "    from driver import Network\n"
      "    network = Network(\"{2}.bit\")\n"
      "    y = network.predict(x)      # reals in and reals out, or raw integers in and out\n\n"
      "| port | beat | element | a frame |\n|---|---|---|---|\n"
      "| `{3}` | {4} bits | {5} | {6} beats of {7} |\n"
      "| `{8}` | {9} bits | {10} | {11} beats of {12} |\n\n"
      "Elements come in stream order ({13} in, {14} out), the first in the lowest bits. A frame "
      "whose last beat came with TLAST leaves\nwith TLAST on its last beat, so that a DMA "
      "transfer of any number of frames ends where it should.\n",
      design.source == Source::Verilog ? ""
                                       : "    vitis_hls -f run_hls.tcl -tclargs ip                 "
                                         "             # first: the IP\n",
      design.source == Source::Verilog
          ? "    vivado -mode batch -source board/ip.tcl                           # the IP alone, "
            "for a design of your own\n"
          : "",
      design.top, design.input.name, design.input.tdata_width(), describe_element(design.input),
      design.input.beats(), design.input.lanes, design.output.name, design.output.tdata_width(),
      describe_element(design.output), design.output.beats(), design.output.lanes,
      describe_order(design.input), describe_order(design.output));
}

}  // namespace qfx::backends::board
