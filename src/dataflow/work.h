// What the process of a node does: its form with the constants it needs.
#pragma once

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

// For a node that is a process: not the input, and none that keeps its input's format. How its
// first input and its output lie on their streams.
Work work_of(const graph::Analyzed& model, graph::NodeId node, const Layout& in, const Layout& out);

}  // namespace qfx::dataflow
