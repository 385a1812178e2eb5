// Binary points for what has none: of parameters from their values, of activations from samples.
#pragma once

#include <string>
#include <vector>

#include "train/calibration/layer_walk.h"
#include "train/calibration/sample_batches.h"
#include "train/network/network.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// Something that the user wants to know of what calibration did.
struct CalibrationNote {
  std::string tensor;
  std::string text;
};

// Layer by layer in graph order, each from what its already cast predecessors give. Parameters: by
// Max where that is the method, else by Mse. None gets a point finer than its node's output shows
// (network/point_limits.h), and a batch_norm's channel that never varies is made the constant that
// it is (silent_channels.h).
std::vector<CalibrationNote> calibrate_network(Network& network,
                                               const frontends::Calibration& calibration,
                                               const SampleBatches& samples,
                                               const LayerWalk::Progress& progress = {});

}  // namespace qfx::train
