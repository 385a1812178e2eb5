// A run folder as training leaves it, made of invented numbers that look like real ones: for tests
// of what reads run folders. Everything follows from the seed.
#pragma once

#include <filesystem>
#include <string>

#include "qfx/graph/graph.h"

namespace qfx::test {

struct SyntheticRun {
  std::string name = "fashion-small";
  int float_epochs = 3, fixed_epochs = 5;
  int blocks = 2;         // residual blocks; each adds eleven tensors
  int images_differ = 0;  // what verify.json says
  unsigned seed = 1;
};

// recipe.toml, log.jsonl, summary.json, model.qfx, verify.json.
void write_synthetic_run(const std::filesystem::path& folder, const SyntheticRun& run);

// The model of such a run.
graph::FrozenModel synthetic_model(const SyntheticRun& run);

}  // namespace qfx::test
