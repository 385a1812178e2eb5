// The recipe's [format] tables, resolved to one spec a tensor.
#pragma once

#include "frontends/recipe_faults.h"
#include "frontends/table_reader.h"

#include "qfx/graph/graph.h"

namespace qfx::frontends {

// What of [format] can be checked without a model: every table by itself. False where something is
// wrong.
bool check_formats(const TableReader& root, RecipeFaults& faults);

// Whether each override's globs match a tensor of the model, as apply_specs will see it.
bool check_matches(const TableReader& root, bool folds, graph::Model& model, RecipeFaults& faults);

// Sets the spec of every tensor of the model, in this order: what the model has, [format], the
// table of the tensor's class, then each [[format.override]] whose glob matches. A tensor whose
// spec changes loses its binary point. With `folds`, batch norms will be folded before fixed-point
// training, and the tables speak of the tensors that are left then. Raises UserError for a glob
// that matches nothing and for what cannot be (k_hot on an activation, unsigned WRAP_SM, ...),
// naming the tensor.
void apply_specs(const TableReader& root, bool folds, graph::Model& model);

}  // namespace qfx::frontends
