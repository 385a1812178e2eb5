// The recipe's start and its tables about training: [float], [fixed], [points], [calibration],
// [checkpoint].
#pragma once

#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {

// Fills the recipe's start and schedule: a run that starts from another's parameters has no float
// phase.
void read_training(const TableReader& root, Recipe& recipe);

// `untrained`; the recipe's model is there.
void read_untrained(const TableReader& root, Recipe& recipe);

// points.form: gives every learned tensor of the recipe's model, specs resolved, that form of its
// point. Without the key a model keeps the forms it has.
void read_point_form(const TableReader& root, graph::Model& model);

}  // namespace qfx::frontends
