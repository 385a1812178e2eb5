// Learning rate over the steps of a phase.
#pragma once

#include <cstdint>

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// The factor on the base learning rate at `step` of `steps`: a linear warm-up over warmup_epochs
// times the schedule: constant, cosine to zero over the phase, or step_factor once for each of
// step_epochs reached.
double learning_rate_factor(const frontends::Optimizer& optimizer, std::int64_t step,
                            std::int64_t steps, std::int64_t steps_per_epoch);

}  // namespace qfx::train
