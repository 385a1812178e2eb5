// Counting operations: what one image costs in one node.
#pragma once

#include "model_facts.h"

#include "qfx/graph/cost.h"

namespace qfx::command {

Work count_work(const graph::Analyzed& model, graph::NodeId id,
                graph::KHot k_hot = graph::KHot::Shifts);

}  // namespace qfx::command
