// The verbs' door to the train room. Three files implement it: with_torch/ calls the room and makes
// the program qfx-torch, launches_torch/ makes qfx, which starts that program in its own place, and
// without_torch/ is qfx of a build that has none, which says so and raises UserError.
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

// Parameters from elsewhere, as a start of training.
struct StartRequest {
  std::string parameters;  // a safetensors file
  std::string recipe;      // path
  std::string run_folder;  // empty: the one that the recipe's `start` names
};

// Runs it with progress, prints the accuracies reached. Returns the exit code: 0, or 128 + the
// signal that stopped it.
int run_training(const TrainingRequest& request);

// Writes it, and prints how good the parameters are where the data is there. Returns the exit code.
int run_start(const StartRequest& request);

// The newest checkpoint of a run, trainable state.
graph::Model newest_checkpoint(const std::string& run_folder);

}  // namespace qfx::command
