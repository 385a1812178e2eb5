// A frozen model lowered to what is printed: processes joined by streams, every name final.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "backends/vitis/layout.h"

#include "qfx/backends/vitis.h"
#include "qfx/graph/analyzed.h"

namespace qfx::backends::vitis {

using StreamId = int;

struct Stream {
  std::string name;
  graph::NodeId node = 0;  // whose values it carries; never one that keeps its input's format
  Layout layout;
  bool is_port = false;    // an argument of the top function
  std::int64_t depth = 2;  // of the FIFO
};

enum class ProcessKind {
  Layer,    // the node's own computation
  Clone,    // one stream to two readers
  Reorder,  // a flattened image into the order of vectors
  Copy      // the input passed on as the output
};

struct Process {
  ProcessKind kind = ProcessKind::Layer;
  graph::NodeId node = 0;
  std::vector<StreamId> inputs;
  std::vector<StreamId> outputs;
};

// The stream on which a node's values can be seen, and the process after which they are there.
struct Trace {
  graph::NodeId node = 0;
  StreamId stream = 0;
  int after_process = -1;  // -1: at the start
};

// Identifiers of what is printed for a node; one that keeps its input's format has none but what
// its source has.
struct NodeNames {
  std::string value, type, beat, config, weight, shift, bias, reciprocal, table;
};

struct Plan {
  explicit Plan(graph::Analyzed model) : analyzed(std::move(model)) {}

  graph::Analyzed analyzed;
  std::string top, space;             // the top function and the namespace of everything else
  std::vector<NodeNames> names;       // indexed by node
  std::vector<graph::NodeId> source;  // the node itself, or whose format it keeps
  std::vector<Layout> layouts;        // indexed by node
  std::vector<Stream> streams;
  std::vector<Process> processes;  // in topological order
  std::vector<Trace> traces;       // indexed by node
  StreamId input = 0, output = 0;

  const graph::FrozenModel& model() const { return analyzed.model(); }
  const graph::FrozenNode& node(graph::NodeId id) const { return analyzed.node(id); }
};

// Raises UserError where the target cannot do what the model asks, or the top's name is not an
// identifier.
Plan make_plan(const graph::Analyzed& model, const std::string& top);

}  // namespace qfx::backends::vitis
