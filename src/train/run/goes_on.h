// How a run goes on by another recipe than the one it began with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/records/checkpoint.h"
#include "train/records/run_folder.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// The keys in which `recipe` differs from the run's own, those of its schedule alone: epochs,
// learning rates and the like of phases that have not ended. Raises UserError for others, and where
// the run has done more epochs already. steps_per_epoch: of either phase.
std::vector<std::string> changes_to_go_on(const frontends::Recipe& recipe,
                                          const std::string& old_text, const std::string& folder,
                                          const std::optional<Checkpoint>& from,
                                          std::int64_t steps_per_epoch);

}  // namespace qfx::train
