// What a run starts from where its recipe names another run.
#pragma once

#include <optional>

#include "train/loop/run_context.h"
#include "train/network/network.h"
#include "train/records/checkpoint.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

struct Start {
  NamedFloats floats;                   // the parameters after its float phase
  std::optional<graph::Model> learned;  // with start_from = "fixed": what its fixed phase reached
};

// Raises UserError where there is no such run, or it is of another network.
Start open_start(const frontends::Recipe& recipe);

// The network in which the float phase of this recipe trains.
graph::Model float_model(const frontends::Recipe& recipe);

// The network in which the fixed phase of this recipe trains.
graph::Model fixed_model(const frontends::Recipe& recipe, const graph::Model& from);

// Gives the network of the fixed phase what the other one's has learned: parameters, statistics,
// and the points of the tensors whose format is the same but for its point. Says how many.
void take_learned(RunContext& context, const graph::Model& learned, Network& network);

}  // namespace qfx::train
