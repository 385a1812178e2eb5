// What a network said of every sample, as a file.
#pragma once

#include <string>

#include "qfx/data/dataset.h"
#include "qfx/graph/graph.h"
#include "qfx/runtime/evaluate.h"

namespace qfx::command {

// Raises UserError unless the path ends with .csv or .npy and lies in a folder that is there.
void check_predictions_path(const std::string& path);

// A row per sample, in the set's order; docs/command.md says which columns.
void write_predictions(const std::string& path, const graph::FrozenModel& model,
                       const data::Dataset& set, const runtime::Evaluation& evaluation);

}  // namespace qfx::command
