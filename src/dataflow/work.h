// What the process of a node does: its form with the constants it needs.
#pragma once

#include <vector>

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

// For a node that is a process: not the input, and none that keeps its input's format. `layouts`
// are indexed by node.
Work work_of(const graph::Analyzed& model, graph::NodeId node, const std::vector<Layout>& layouts);

}  // namespace qfx::dataflow
