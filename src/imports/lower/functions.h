// ONNX's operators of one variable as the functions that a table holds.
#pragma once

#include <optional>

#include "imports/operators/call.h"

#include "qfx/graph/op.h"

namespace qfx::imports {

// Empty for an operator that is none. Raises NodeFault for constants that it cannot have.
std::optional<graph::Function> function_of(const Call& call);

}  // namespace qfx::imports
