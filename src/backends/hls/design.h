// What is printed: a network with every name final.
#pragma once

#include <string>
#include <vector>

#include "backends/board/board.h"
#include "backends/hls/vendor.h"

#include "qfx/dataflow/dataflow.h"

namespace qfx::backends::hls {

// Identifiers of what is printed for a node; one that keeps its input's format has none but what
// its source has.
struct NodeNames {
  std::string value, type, beat, config, weight, shift, bias, reciprocal, table, threshold;
};

inline constexpr char kFrameEnds[] = "frame_ends";

struct Design {
  const dataflow::Network& network;
  const Vendor& vendor;
  std::string top, space;            // the top function and the namespace of everything else
  std::vector<NodeNames> nodes;      // indexed by node
  std::vector<std::string> streams;  // indexed by stream
  board::Port input, output;         // the top's parameters: AXI streams

  // The FIFO of what TLAST was on each frame, past all processes: it never holds them up.
  std::int64_t frame_ends_depth() const { return std::ssize(network.processes) + 2; }

  const dataflow::Stream& stream(dataflow::StreamId id) const { return network.streams[id]; }
};

// top: empty for the model's name. Raises UserError where it is no identifier.
Design make_design(const dataflow::Network& network, const Vendor& vendor, const std::string& top);

}  // namespace qfx::backends::hls
