// A frozen model as hardware: processes of a few forms, joined by streams. No language, no vendor;
// who prints it visits the forms and not the kinds of nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "qfx/dataflow/constants.h"
#include "qfx/dataflow/fold.h"
#include "qfx/dataflow/layout.h"
#include "qfx/graph/analyzed.h"

namespace qfx::dataflow {

using StreamId = int;

// A FIFO between two processes, or an end of the network.
struct Stream {
  graph::NodeId node = 0;  // whose values it carries; never one that only renames its input
  Layout layout;
  bool is_port = false;
  std::int64_t depth = 2;
};

// A window's walk over an image.
struct Window {
  std::int64_t height = 1, width = 1;  // of the image
  graph::Pair kernel{1, 1}, stride{1, 1};
  graph::Sides padding = {};
  graph::Pair dilation{1, 1};

  std::int64_t size(int axis) const { return axis == 0 ? height : width; }
  std::int64_t padded(int axis) const { return size(axis) + padding.both(axis); }
  // How many windows lie along an axis.
  std::int64_t positions(int axis) const {
    return (padded(axis) - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1;
  }
};

// Each element by itself, from the elements of all inputs at its place; the node's kind says how.
// Constants that the kind does not have are empty; a table of them has a row for all pixels of an
// image, or one for each beat of a vector.
struct Map {
  Sum sum = {};
  std::optional<Factor> factor = {};
  std::optional<Table> offset = {};  // on the sum's grid
  std::optional<Limits> limits = {};
  std::optional<Lookup> lookup = {};  // entry i is for the i-th of the input's raw values
  std::optional<Table> steps = {};    // {levels - 1}: the least raw value above each of them
  // Where the input reaches the sum without a factor: how far left it is shifted to its grid.
  std::optional<int> places = {};
};

// Sums of products. factor: {outputs, taps of the window in row-major order, inputs of the group};
// without a window every element of the input is multiplied: {input beats, outputs, lanes}. Shift
// and offset are {outputs}.
struct MultiplyAccumulate {
  std::optional<Window> window = {};
  std::int64_t groups = 1;
  Factor factor = {};
  Table offset = {};
  Sum sum = {};  // with an accumulator: of the offset and of each product
  // Beside binary factors: the input's values are the 2^level_bits odd integers around zero, so
  // that products are counted bits. 0: they are any.
  int level_bits = 0;
  // {outputs}, of two level bits: what the sum over the upper one must exceed, or it stands alone.
  std::optional<Table> gate = {};
  // Offset and products are added in order, and every sum is cast to this.
  std::optional<fixed::Format> accumulator = {};
};

// The mean, or without one the maximum, of each channel: under a window, or without one over all
// pixels.
struct WindowReduce {
  std::optional<Window> window = {};
  std::optional<Mean> mean = {};
  std::optional<fixed::Format> accumulator = {};  // to which the mean's sum is cast at every step
};

// Softmax: at each pixel of an image, or over a whole vector. Entry d is the exponential at d steps
// below the largest value; their sum has no fraction bits.
struct Normalise {
  bool per_pixel = false;
  Sum sum = {};
  Lookup exponentials = {};
};

// An element of the input makes several: +1 for each of its thresholds that it reaches, else -1.
// Thresholds: {channels, of one input element}, raw values of the input. At each pixel of an image
// side by side, in a vector one behind the other.
struct Spread {
  bool per_pixel = false;
  Table thresholds = {};
};

// Several streams as one, each value cast to the common format: the lanes of all inputs side by
// side, or one input after the other.
struct Join {
  bool side_by_side = false;
};

// A vector, read once, once for every pixel of an image.
struct Repeat {
  std::int64_t times = 1;
};

// Elements under another index, by their places on the streams: which lie pixel by pixel, or as
// torch counts them where they are a vector.
struct Move {
  graph::Moves moves;
};

struct Reorder {};  // a flattened image into the order of vectors
struct Clone {};    // one stream to two readers, of which the outside may be one
struct Copy {};     // the input passed on as an output

using Work = std::variant<Map, MultiplyAccumulate, WindowReduce, Normalise, Spread, Join, Repeat,
                          Move, Reorder, Clone, Copy>;

struct Process {
  Work work;
  graph::NodeId node = 0;  // whose values it computes or moves
  std::vector<StreamId> inputs;
  std::vector<StreamId> outputs;
  Fold fold = {};
};

// It makes a node's values; else it only passes them on.
bool computes(const Process& process);

// The stream on which a node's values can be seen, and the process after which they are there.
struct Trace {
  graph::NodeId node = 0;
  StreamId stream = 0;
  int after_process = -1;  // -1: at the start
};

struct Network {
  graph::Analyzed analyzed;
  std::vector<graph::NodeId> source = {};  // indexed by node: itself, or whose stream it keeps
  std::vector<Layout> layouts = {};        // indexed by node
  std::vector<Stream> streams = {};
  std::vector<Process> processes = {};  // in topological order
  std::vector<Trace> traces = {};       // indexed by node
  StreamId input = 0;
  std::vector<StreamId> outputs = {};  // in the order of the model's

  const graph::FrozenModel& model() const { return analyzed.model(); }
  const graph::FrozenNode& node(graph::NodeId id) const { return analyzed.node(id); }
};

}  // namespace qfx::dataflow
