// Counting operations: what one image costs in one node.
#pragma once

#include "model_facts.h"

namespace qfx::command {

Work count_work(const graph::Analyzed& model, graph::NodeId id);

}  // namespace qfx::command
