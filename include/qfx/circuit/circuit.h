// A network folded onto hardware: engines that pass words through FIFOs. No language; who prints it
// visits the parts, who counts its cycles runs the behaviours.
//
// A tensor on its way is the sequence of its elements in stream order (dataflow/layout.h: beat
// after beat, lane after lane, so that the channels of a pixel are neighbours). A word is `lanes`
// neighbours of it. Every element keeps its format's raw value in `element_width` bits; element 0
// of a word is in its lowest bits.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "qfx/circuit/rim.h"
#include "qfx/dataflow/dataflow.h"
#include "qfx/dataflow/fold.h"

namespace qfx::circuit {

using LinkId = int;
using EngineId = int;
using ProcessId = int;  // index into the network's processes
using graph::NodeId;

inline constexpr EngineId kRim = -1;  // the network's own ports

// A FIFO of words between two engines.
struct Link {
  NodeId node = 0;  // whose values it carries
  int element_width = 1;
  std::int64_t lanes = 1;
  // Elements come in groups (the channels of a pixel, all of a vector); the last word of each holds
  // what is left of its group in its low lanes, and anything above.
  std::int64_t group = 1;
  std::int64_t groups = 1;  // of a frame
  std::int64_t depth = 2;   // words it holds
  EngineId writer = kRim, reader = kRim;
  // The network's stream whose values these are, where they are a node's as it computes them and
  // not a copy or another order of them: what a trace records.
  bool is_trace = false;

  std::int64_t words() const { return groups * ((group + lanes - 1) / lanes); }
  std::int64_t width() const { return lanes * element_width; }
};

// ---- parts: what an engine is
// --------------------------------------------------------------------

// Products added up: convolution, matrix. Outputs come in blocks of `pe`, each of `steps` steps of
// `simd` operands; a block lies within a group of channels. Its word is `pe` lanes, the last block
// of a group of outputs padded.
struct Sums {
  ProcessId process = 0;
  std::int64_t pe = 1, simd = 1;
  enum class Form : std::uint8_t {
    Ring,       // the image's last rows in a memory, a tap of `simd` channels at a step
    Depthwise,  // the same where a group is one channel: `simd` channels side by side, each its own
                // sum; pe = simd * outputs of a group
    Walk,       // all taps of all inputs at a step: rows in shift registers, the window walks
    Stepwise    // Ring, one operand a step, a group's channels outermost: rounded after every
                // addition
  } form = Form::Ring;
  std::int64_t blocks = 1;  // of a pixel
  std::int64_t steps = 1;   // of a block
};

// The pixels under a window, channel by channel: `lanes` side by side. The ring of Sums.
struct Pool {
  ProcessId process = 0;
  std::int64_t lanes = 1;
};

// A whole plane, channel by channel: `lanes` sums side by side, as many rows of them as a pixel has
// words.
struct Plane {
  ProcessId process = 0;
  std::int64_t lanes = 1;
};

// Element-wise processes one behind the other, `lanes` elements at a step. Only the first may read
// two links.
struct Chain {
  std::vector<ProcessId> processes;
  std::int64_t lanes = 1;
};

// One element at a time.
struct Softmax {
  ProcessId process = 0;
  std::int64_t terms = 1;          // of one sum
  std::int64_t quotient_bits = 1;  // steps of a division
};

struct Spread {
  ProcessId process = 0;
  std::int64_t lanes = 1;  // taken; each makes several
};

// Words of one input after those of another, pixel by pixel or vector by vector, each cast.
struct Join {
  ProcessId process = 0;
  std::int64_t lanes = 1;
};

// A pixel's worth of words, kept and given once for every pixel of an image.
struct Repeat {
  ProcessId process = 0;
  std::int64_t lanes = 1;
};

// Words under another index, each whole (word_moves.h).
struct Move {
  ProcessId process = 0;
  std::int64_t lanes = 1;
};

// A frame in another order, one element at a time.
struct Reorder {
  ProcessId process = 0;
};

struct Fork {};    // a word to two readers
struct Repack {};  // words of another width; a group's padding is dropped

using Part = std::variant<Sums, Pool, Plane, Chain, Softmax, Spread, Join, Repeat, Move, Reorder,
                          Fork, Repack>;

// ---- behaviour: what it does at every step
// -------------------------------------------------------

// So many steps, one a cycle where nothing stalls.
struct Round {
  std::int64_t count = 1;
  std::int64_t period = 1;  // every period-th step gives a word; 0: none does
  int takes = 0;            // a set of inputs, bit i for input i: each step takes a word of each
  // Of a buffered input: words of this frame that must have come before the first step, and that
  // are free for others after the last.
  std::int64_t need = 0, free = 0;
  bool operator==(const Round&) const = default;
};

struct Behaviour {
  // Words of input 0 that it holds in a memory of its own; 0: its steps take them from the link.
  std::int64_t buffer = 0;
  std::vector<Round> rounds;  // a frame; then it begins again
};

struct Engine {
  std::string name;  // for people: its nodes' names
  Part part;
  std::vector<LinkId> inputs, outputs;
  int latency = 1;  // cycles from a step that gives to the word in the output register
  Behaviour behaviour;
};

struct Circuit {
  dataflow::Network network;
  std::vector<Link> links;
  std::vector<Engine> engines;  // in topological order
  LinkId input = 0;
  std::vector<LinkId> outputs = {};  // in the order of the network's
};

// Folds the network: what `folding` leaves open gets as few lanes as keep up with the slowest
// engine, and so do the ports, within `axi_bits` (rim.h). Raises UserError where a fold does not
// divide, or a port cannot be so narrow. Depths are proved.
Circuit fold(const dataflow::Network& network, const dataflow::Folding& folding,
             std::int64_t axi_bits = kMostBeatBits);

}  // namespace qfx::circuit
