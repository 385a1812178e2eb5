// From a frozen model to hardware, once for all targets.
#pragma once

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

// Raises UserError where `folding` names no node, or one that has no process.
Network lower(const graph::Analyzed& model, const Folding& folding = {});

// Every fold to the process that computes its node's values; the others keep theirs. Raises as
// lower() does.
void set_folds(Network& network, const Folding& folding);

}  // namespace qfx::dataflow
