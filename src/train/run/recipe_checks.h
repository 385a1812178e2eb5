// What a recipe must fulfil that only its data and the run it starts from can tell. Told before
// anything is written.
#pragma once

#include <string>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/frontends/recipe.h"

namespace qfx::train {

// Raises UserError where the samples do not fit the network: their shape, their classes or targets,
// their values, how many of them a batch norm sees. validation_set: empty where there is none.
void check_recipe(const frontends::Recipe& recipe, const data::Dataset& train_set,
                  const data::Dataset& validation_set, const data::Dataset& test_set);

// A sentence for each node whose products alone are likely to be wider than training carries; the
// values decide, once they are calibrated.
std::vector<std::string> wide_products(const graph::Model& model);

}  // namespace qfx::train
