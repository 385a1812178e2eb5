// Which activations can be negative.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Activations that cannot be negative (relu, sigmoid, softmax, a clip from 0 on, whatever keeps the
// sign of such; an input whose preprocessing cannot give one) become unsigned, all others signed.
void infer_signs(Model& model);

}  // namespace qfx::graph
