// A frozen model as an ONNX file whose values are the model's, every bit: by QONNX's Quant nodes
// where these say a cast exactly, else by ONNX's own operators.
#pragma once

#include <string>

#include "qfx/graph/analyzed.h"

namespace qfx::imports {

struct WriteOptions {
  bool plain = false;  // without Quant nodes, for tools that know ONNX's own operators alone
};

// The file's content. Its input is real numbers as the input node casts them, after preprocessing,
// [1, ...]; its output is the last node's. Every value is a float whose 24 bits hold it exactly, or
// a double; raises UserError where an operator has no double and a sum could need it, and for what
// neither form can say.
std::string write_onnx(const graph::Analyzed& model, const WriteOptions& options);

}  // namespace qfx::imports
