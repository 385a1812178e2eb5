// What takes a design from its AXI-Stream rim onto a board: scripts that build the bitstream and
// the IP, and the driver that runs there. The scripts and the driver are support files, the same
// for every design; what differs between designs stands in design.tcl and design.json.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "qfx/backends/target.h"
#include "qfx/circuit/rim.h"

namespace qfx::backends::board {

// One side of the rim. A frame is its elements in stream order, `lanes` a beat, element 0 in the
// lowest bits, each a raw value extended to `container` bits: with its sign where the format has
// one, else with zeros. A port is as wide as the next power of two: above its elements lies nothing,
// of an output zeros.
struct Port {
  std::string name;  // "s_axis"
  graph::Shape shape;
  fixed::Format format;
  dataflow::Layout layout;
  std::int64_t lanes = 1;  // they divide the elements of a frame
  int container = 8;       // 8, 16 or 32

  std::int64_t used_bits() const { return lanes * container; }
  std::int64_t tdata_width() const { return circuit::port_bits(lanes, container); }
  std::int64_t beats() const { return layout.elements() / lanes; }
};

// The input's port. lanes: 0 for the usual (circuit/rim.h).
Port make_input(const dataflow::Network& network, std::string name, std::int64_t lanes = 0);
// Likewise, of an output of the network.
Port make_output(const dataflow::Network& network, std::size_t index, std::string name,
                 std::int64_t lanes = 0);

// How Vivado gets the top.
enum class Source {
  Verilog,  // `files`, as a module reference; ip.tcl packages them
  Ip        // packaged by another tool, below the folder `ip_folder`
};

struct BoardDesign {
  const dataflow::Network& network;
  std::string top;  // a legal name, the module's
  Source source = Source::Verilog;
  std::vector<std::string> files = {};     // Verilog, paths within the project
  std::vector<std::string> memories = {};  // that $readmemh reads
  std::string ip_folder = "";
  std::string clock = "aclk", reset = "aresetn";
  Port input;
  std::vector<Port> outputs;
  double clock_period_ns = 5.0;
};

// board/build.tcl, board/design.tcl, board/driver.py, board/design.json; board/ip.tcl where there
// are sources to package.
Files print_board(const BoardDesign& design);

// How a person uses them: a section of the README.
std::string print_usage(const BoardDesign& design);

// A word of Tcl that stands for the text, whatever it holds.
std::string tcl_word(std::string_view text);

}  // namespace qfx::backends::board
