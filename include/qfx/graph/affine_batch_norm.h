// The pass that makes plain layers of batch norms.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Every batch_norm becomes an affine with a scale and an offset per channel, those of its running
// statistics. The values stay what they are; training then learns the pair itself and looks at no
// statistics: the form of parameters that are published folded.
Model batch_norms_to_affine(Model model);

}  // namespace qfx::graph
