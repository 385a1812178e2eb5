// A network's outputs on the run's device, and how good they are on a set.
#pragma once

#include <map>
#include <string>

#include "train/loop/run_context.h"
#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"
#include "train/network/network.h"
#include "train/samples/evaluate.h"

namespace qfx::train {

// What one phase's forward gives for a batch, each {batch, outputs}.
struct Outputs {
  at::Tensor values;  // of the network
  at::Tensor scores;  // what the loss sees
};

// In training the whole network's gradient is that of the scores. `mode` is the fixed phase's.
Outputs outputs_of(const RunContext& context, PhaseKind phase, Network& network,
                   const at::Tensor& samples, const FixedMode& mode, bool training = false,
                   const Dropout* dropout = nullptr);

// With a live line.
Evaluation examine(const RunContext& context, PhaseKind phase, Network& network,
                   const data::Dataset& set, const FixedMode& mode = {});

// In fixed point, and what left its format meanwhile: by tensor, of all that casts; a parameter's
// once. Leaves the network's counts as they were.
struct Judgement {
  Evaluation evaluation;
  std::map<std::string, steps::OverflowCount> overflows;
};
Judgement judge(const RunContext& context, Network& network, const data::Dataset& set);

// Samples of a training set that stand for all of it: evenly spread, at most `most`.
data::Dataset some_of(const data::Dataset& set, std::int64_t most);

}  // namespace qfx::train
