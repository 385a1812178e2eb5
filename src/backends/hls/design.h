// What is printed: a network with every name final.
#pragma once

#include <string>
#include <vector>

#include "backends/board/board.h"
#include "backends/hls/vendor.h"

#include "qfx/dataflow/dataflow.h"

namespace qfx::backends::hls {

// Identifiers of what is printed for a node; one that only renames its input has none but what its
// source has.
struct NodeNames {
  std::string value, type, beat, config, weight, shift, bias, reciprocal, table, threshold;
  std::string row_factors, column_factors;
  std::string blocks, steps, wires;  // of a move
};

inline constexpr char kFrameEnds[] = "frame_ends";

// An output of the top.
struct Output {
  graph::NodeId node = 0;
  board::Port port;
  std::string axis;         // the type of its stream's beats
  std::string frame_ends;   // the FIFO of what TLAST was on each frame
  std::string others_ends;  // that of the outputs behind it, if there are any
};

struct Design {
  const dataflow::Network& network;
  const Vendor& vendor;
  std::string top, space;            // the top function and the namespace of everything else
  std::vector<NodeNames> nodes;      // indexed by node
  std::vector<std::string> streams;  // indexed by stream
  board::Port input;                 // the top's parameters: AXI streams
  std::vector<Output> outputs;

  // Of the FIFOs of what TLAST was on each frame, past all processes: they never hold them up.
  std::int64_t frame_ends_depth() const { return std::ssize(network.processes) + 2; }

  // All of these FIFOs: the input's, which several outputs have by way of clones.
  std::vector<std::string> frame_ends() const;

  const dataflow::Stream& stream(dataflow::StreamId id) const { return network.streams[id]; }
};

// top: empty for the model's name. Raises UserError where it is no identifier.
Design make_design(const dataflow::Network& network, const Vendor& vendor, const std::string& top);

}  // namespace qfx::backends::hls
