// What a run warns of before its first step: what its recipe and its data will not take well.
#pragma once

#include "train/loop/run_context.h"

namespace qfx::train {

// In this order: products wider than training is likely to carry, batch norms that batch_norm =
// "fold" leaves layers of their own, data that one format will not hold, a softmax at the end.
void warn_first(RunContext& context);

}  // namespace qfx::train
