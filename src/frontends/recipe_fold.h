// The recipe's table [fold].
#pragma once

#include "frontends/table_reader.h"

#include "qfx/frontends/layer_fold.h"
#include "qfx/graph/graph.h"

namespace qfx::frontends {

std::map<std::string, LayerFold> read_folds(const TableReader& root,
                                            const std::vector<std::string>& layers);

// Raises a RecipeFault for a layer that the network does not have, and for a text that is no fold.
void check_folds(const TableReader& root, const graph::Model& model);

}  // namespace qfx::frontends
