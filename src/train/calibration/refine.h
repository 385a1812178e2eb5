// Calibration and what else a network gets without training: its channels equalized, its weights
// rounded in view of each other, its biases corrected. Each step is told by what it does to the
// error of the network's answers, and undone where that grows.
#pragma once

#include <string>
#include <vector>

#include "train/calibration/calibrate.h"

namespace qfx::train {

// Of one node's values on some of the calibration samples: the root mean square of fixed minus
// float, in units of the float values' standard deviation.
struct LayerError {
  std::string node;
  double calibrated = 0;  // by points alone
  double refined = 0;     // after all steps
};

struct Refinement {
  std::vector<CalibrationNote> notes;
  std::vector<std::string> lines;  // of each step, one
  std::vector<LayerError> layers;  // in graph order; empty where no step was asked for
};

bool asks_for_steps(const frontends::Calibration& calibration);

// calibrate_network and the steps that `calibration` asks for. `answers`: the nodes whose error is
// to be small. The network may come out with other parameters than it had, whose float function is
// the old one only up to the rounding of weights and the corrections of biases.
Refinement calibrate_and_refine(Network& network, const frontends::Calibration& calibration,
                                const std::vector<graph::NodeId>& answers,
                                const SampleBatches& samples,
                                const LayerWalk::Progress& progress = {});

}  // namespace qfx::train
