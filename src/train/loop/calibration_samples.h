// The training samples that calibration looks at, and what the run tells of the network on them.
#pragma once

#include <limits>
#include <map>
#include <string>

#include "train/calibration/sample_batches.h"
#include "train/loop/run_context.h"
#include "train/network/network.h"

namespace qfx::train {

// Those that the recipe asks for and the set has, or the first `most` of them.
SampleBatches calibration_samples(const RunContext& context, const Network& network,
                                  std::int64_t most = std::numeric_limits<std::int64_t>::max());

// What rounds to 0 in every tensor, {tensor: fraction}, on some of these samples.
struct RoundedToZero {
  std::map<std::string, double> fractions;
  std::string summary;  // of what a user would not want; empty where there is nothing
};
RoundedToZero rounded_to_zero(const RunContext& context, Network& network);

// Of what rounds to 0, on all of them, each with the key that mends it.
void warn_of_zeros(RunContext& context, Network& network);

}  // namespace qfx::train
