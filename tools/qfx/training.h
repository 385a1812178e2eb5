// The verbs' door to the train room. Two files implement it, one for builds with torch and one for
// builds without, which says so and raises UserError.
#pragma once

#include <string>

#include "qfx/graph/graph.h"

namespace qfx::command {

enum class TrainingKind { Train, Ptq };

struct TrainingRequest {
  TrainingKind kind = TrainingKind::Train;
  std::string recipe;  // path; may be empty where a run is resumed, which keeps its recipe
  std::string run_folder;
  bool resume = false;
};

// Runs it with progress, prints the accuracies reached. Returns the exit code: 0, or 128 + the
// signal that stopped it.
int run_training(const TrainingRequest& request);

// The newest checkpoint of a run, trainable state.
graph::Model newest_checkpoint(const std::string& run_folder);

}  // namespace qfx::command
