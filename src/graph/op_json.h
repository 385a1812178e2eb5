// A node's kind and attributes as JSON.
#pragma once

#include <string>

#include "graph/json.h"

#include "qfx/graph/op.h"

namespace qfx::graph {

Json attributes_to_json(const Op& op);

// `kind` is the value that kind_name was written to.
Op op_from_json(const JsonValue& kind, const JsonValue& attributes);

}  // namespace qfx::graph
