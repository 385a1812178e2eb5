#include "backends/board/board.h"

#include <fmt/format.h>

#include "backends/board/design_json.h"
#include "backends/board/design_tcl.h"

#include "qfx/backends/support.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::board {

namespace {

Port make_port(const dataflow::Network& network, dataflow::StreamId stream,
               const graph::FrozenNode& node, std::string name, std::int64_t lanes) {
  const dataflow::Layout& layout = network.streams[stream].layout;
  const int width = node.format.width;
  QFX_ASSERT(width >= 1 && width <= 32 && (lanes == 0 || layout.elements() % lanes == 0));
  return {.name = std::move(name),
          .shape = node.shape,
          .format = node.format,
          .layout = layout,
          .lanes = lanes > 0 ? lanes : circuit::beat_lanes(layout.elements(), width),
          .container = circuit::container_bits(width)};
}

std::string port_row(const Port& port) {
  return fmt::format("| `{}` | {} bits | {} | {} {} of {} | {} |\n", port.name, port.tdata_width(),
                     describe_element(port), port.beats(), port.beats() == 1 ? "beat" : "beats",
                     port.lanes, describe_order(port));
}

}  // namespace

Port make_input(const dataflow::Network& network, std::string name, std::int64_t lanes) {
  return make_port(network, network.input, network.model().input(), std::move(name), lanes);
}

Port make_output(const dataflow::Network& network, std::size_t index, std::string name,
                 std::int64_t lanes) {
  const graph::NodeId node = graph::output_ids(network.model())[index];
  return make_port(network, network.outputs[index], network.node(node), std::move(name), lanes);
}

Files print_board(const BoardDesign& design) {
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
  std::string rows = port_row(design.input);
  for (const Port& port : design.outputs) rows += port_row(port);
  const bool several = design.outputs.size() > 1;
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
      "    y = network.predict(x)      # reals in and reals out, or raw integers in and out{3}\n\n"
      "| port | beat | element | a frame | order of elements |\n|---|---|---|---|---|\n"
      "{4}\n"
      "The first element of a beat is in the lowest bits. A frame "
      "whose last beat came with TLAST leaves\nwith TLAST on its last beat, so that a DMA "
      "transfer of any number of frames ends where it should.\n{5}",
      design.source == Source::Verilog ? ""
                                       : "    vitis_hls -f run_hls.tcl -tclargs ip                 "
                                         "             # first: the IP\n",
      design.source == Source::Verilog
          ? "    vivado -mode batch -source board/ip.tcl                           # the IP alone, "
            "for a design of your own\n"
          : "",
      design.top, several ? "; a dict of outputs by name" : "", rows,
      several ? "Every output has a DMA of its own that receives, and all of them must be taken "
                "while frames are sent.\n"
              : "");
}

}  // namespace qfx::backends::board
