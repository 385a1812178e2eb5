// The recipe's [network] table: a network of the zoo, a saved graph, or layers written out.
#pragma once

#include "frontends/recipe_data.h"
#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/builder.h"

namespace qfx::frontends {

// The model for this data, specs at their defaults (a saved graph keeps its own). Also fills the
// recipe's fold_batch_norm. Expects the recipe's name and seed.
graph::Model read_network(const TableReader& root, const DataFacts& facts, Recipe& recipe);

// [[network.layers]]: one node a table, appended in order.
graph::Model read_layers(const std::vector<TableReader>& layers, graph::Builder& builder);

// The keys of a [[network.layers]] table, over all kinds.
std::vector<std::string> layer_keys();

}  // namespace qfx::frontends
