// Networks as people have them: the zoo's and small ones of all kinds of layers, of random widths.
#pragma once

#include <string>

#include "support/rng.h"

#include "qfx/graph/graph.h"

namespace qfx::bench {

struct RandomNetwork {
  std::string from;  // "resnet8", or "drawn"
  graph::FrozenModel model;
};

RandomNetwork random_network(test::Rng& rng);

}  // namespace qfx::bench
