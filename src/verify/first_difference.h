// Where exported code first leaves the runtime's path.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "verify/raw_files.h"

#include "qfx/graph/graph.h"
#include "qfx/runtime/engine.h"
#include "qfx/verify/verify.h"

namespace qfx::verify {

// The first node in topological order with a value that differs, and its first such value. A node
// without a record in the trace counts as differing at its start.
std::optional<Difference> first_difference(const graph::FrozenModel& model,
                                           const std::vector<runtime::RawTensor>& expected,
                                           const SampleTrace& actual, std::int64_t image);

// Position of a flat index in a shape.
std::vector<std::int64_t> unravel(std::int64_t flat, const graph::Shape& shape);

}  // namespace qfx::verify
