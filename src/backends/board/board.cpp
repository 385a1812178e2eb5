#include "backends/board/board.h"

#include <fmt/format.h>

#include "backends/board/design_json.h"
#include "backends/board/design_tcl.h"

#include "qfx/backends/support.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::board {

int container_of(int width) {
  QFX_ASSERT(width >= 1 && width <= 32);
  return width <= 8 ? 8 : width <= 16 ? 16 : 32;
}

namespace {

Port make_port(const dataflow::Network& network, dataflow::StreamId stream,
               const graph::FrozenNode& node, std::string name) {
  const dataflow::Stream& ends = network.streams[stream];
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

}  // namespace

Port make_input(const dataflow::Network& network, std::string name) {
  return make_port(network, network.input, network.model().input(), std::move(name));
}

Port make_output(const dataflow::Network& network, std::size_t index, std::string name) {
  const graph::NodeId node = graph::output_ids(network.model())[index];
  return make_port(network, network.outputs[index], network.node(node), std::move(name));
}

Files print_board(const BoardDesign& design) {
  if (design.outputs.size() > 1) return {};
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
  if (design.outputs.size() > 1)
    return fmt::format(
        "There is no folder `board/`: its scripts and its driver carry one output, and this "
        "network has {}. Give every\n`m_axis_*` a DMA channel of its own in a block design; all "
        "of them must be taken while frames are sent.\n",
        design.outputs.size());
  const Port& output = design.outputs[0];
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
      design.input.beats(), design.input.lanes, output.name, output.tdata_width(),
      describe_element(output), output.beats(), output.lanes, describe_order(design.input),
      describe_order(output));
}

}  // namespace qfx::backends::board
