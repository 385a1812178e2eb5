// kind = "conv_transpose2d": torch's layer as a convolution that makes the phases of its stride,
// the phases side by side, and what is wanted of that.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "frontends/table_reader.h"

#include "qfx/graph/op.h"

namespace qfx::frontends {

// Nodes one behind the other, each with what its name has behind the layer's.
std::vector<std::pair<std::string, graph::Op>> transposed_parts(const TableReader& layer,
                                                                const graph::Conv2d& read,
                                                                const graph::Shape& input);

}  // namespace qfx::frontends
