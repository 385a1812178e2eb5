// The node kinds. Each says here what only it knows: its name, how many inputs it reads, its
// attributes and their bounds (attribute.h), the roles and shapes of its parameters, and where the
// operands of one output element lie (form.h). Names and defaults are torch's and ONNX's. What a
// kind computes is stated once, as an exact integer function, in docs/semantics.md.
//
// A kind leaves out what it has none of: attributes(), params(shape of its input), and the
// constants kDerivesParams, kHasTable and kFileName, which derives_params(), has_table() and
// file_name() return. They stand in kinds/, a family to a file.
#pragma once

#include "qfx/base/shape.h"
#include "qfx/graph/kinds/channels.h"
#include "qfx/graph/kinds/elements.h"
#include "qfx/graph/kinds/input.h"
#include "qfx/graph/kinds/moves.h"
#include "qfx/graph/kinds/pairs.h"
#include "qfx/graph/kinds/pools.h"
#include "qfx/graph/kinds/products.h"

namespace qfx::graph {

using qfx::element_count;
using qfx::Shape;
using qfx::to_string;

}  // namespace qfx::graph
