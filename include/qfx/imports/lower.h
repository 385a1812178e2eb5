// A plain Source as a graph::Model. ONNX's tensors may have their axes in any order and a model's
// are channels first; where a value's elements lie is known element by element, and an order that
// is not the model's goes into the weights that read it. What cannot be said in the kinds that
// there are is refused, never approximated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/imports/source.h"

namespace qfx::imports {

// Element i of an output of the source, row-major, is element index[i] of the node's.
struct LoweredOutput {
  graph::NodeId node = 0;
  Shape shape = {};
  std::vector<std::int64_t> index = {};
};

struct Lowered {
  graph::Model model;
  // Element i of the source's input, row-major, is element index[i] of the model's.
  Shape input_shape;
  std::vector<std::int64_t> input_index;
  // What the network does to its input before it quantizes it, by channel of the model's input:
  // times a factor, plus a term. It is part of the model's preprocessing. Empty: nothing.
  std::vector<double> input_factor, input_term;
  std::vector<std::string> remarks;    // formats that the file does not say
  std::vector<LoweredOutput> outputs;  // in the source's order; two may be of one node
  // Of every record of the source the nodes of the model that it is part of.
  std::vector<std::vector<std::string>> made;
};

// Parameters have their values, specs are at their defaults. Raises UserError that names the node.
Lowered lower(const Source& source, const std::string& model_name);

}  // namespace qfx::imports
