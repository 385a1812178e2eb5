// What an exported project says about itself, for who builds and runs it: its marker file, which
// makes a folder a project.
#pragma once

#include <string>
#include <vector>

#include "qfx/dataflow/fold.h"
#include "qfx/graph/graph.h"

namespace qfx::backends {

// One of its AXI-Stream ports: a beat is so many elements, each in a container of so many bits, and
// nothing above them up to the next power of two.
struct Port {
  std::string name = {};
  std::int64_t lanes = 0;
  int container = 0;

  std::int64_t tdata_width() const;
};

struct Project {
  std::string directory;
  std::string target;  // as in target.h
  std::string top;     // firmware/TOP.cpp, rtl/TOP.v
  std::string space;   // C++: namespace of `network` in tb/network.h
  // One per node of the model: "conv1: conv2d [16, 28, 28] fixed<8,3,RND,SAT>"; of several
  // outputs each says so.
  std::vector<std::string> nodes;
  double clock_period_ns = 0;
  dataflow::Folding folding = {};
  std::int64_t axi_bits = 0;  // of a port at most, where the export was told
  Port input = {};  // Verilog
  std::vector<Port> outputs = {};
};

// The nodes' descriptions for a model: equal for a project that was exported from it, or from one
// that differs in its parameters only.
std::vector<std::string> describe_nodes(const graph::FrozenModel& model);

inline constexpr char kMarkerFile[] = "qfx_project.json";

// Its content. model: the name.
std::string print_marker(const Project& project, const std::string& model);

// Raises UserError where the folder is no exported project or its marker file is damaged.
Project read_project(const std::string& directory);

}  // namespace qfx::backends
