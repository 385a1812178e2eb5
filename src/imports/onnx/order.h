// Nodes in an order in which each follows those that it reads.
#pragma once

#include "qfx/imports/source.h"

namespace qfx::imports {

// Checks that every value has one maker and every value that is read has one, and sorts the nodes;
// those of a sorted file stay as they are. Raises UserError: a name without a maker, one with two,
// a circle.
void order_nodes(Source& source);

}  // namespace qfx::imports
