// The recipe's [network] table: a network of the zoo, a saved graph, or layers written out.
#pragma once

#include <map>
#include <string>

#include "frontends/recipe_data.h"
#include "frontends/recipe_faults.h"
#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/builder.h"

namespace qfx::frontends {

// The model for this data, specs at their defaults (a saved graph keeps its own). Also fills the
// recipe's fold_batch_norm. Expects the recipe's name and seed.
graph::Model read_network(const TableReader& root, const DataFacts& facts, Recipe& recipe);

// What of [network] can be checked without data: its keys, and each layer by itself. False where
// something is wrong.
bool check_network(const TableReader& root, RecipeFaults& faults);

// One [[network.layers]] table by itself: its keys, its kind and that kind's attributes.
void check_layer(const TableReader& layer);

// [[network.layers]]: one node a table, appended in order. A dropout is none, and goes to
// `dropout`. `network` has the outputs' names.
graph::Model read_layers(const std::vector<TableReader>& layers, const TableReader& network,
                         graph::Builder& builder, std::map<std::string, double>& dropout);

// The keys of a [[network.layers]] table, over all kinds.
std::vector<std::string> layer_keys();

}  // namespace qfx::frontends
