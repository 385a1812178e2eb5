// A node's kind and attributes as JSON.
#pragma once

#include <string>

#include "qfx/graph/op.h"
#include "qfx/store/json.h"

namespace qfx::graph {

store::Json attributes_to_json(const Op& op);

// `kind` is the value that file_name was written to.
Op op_from_json(const store::JsonValue& kind, const store::JsonValue& attributes);

}  // namespace qfx::graph
