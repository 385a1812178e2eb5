// Operators that are not here.
#pragma once

#include <string>

#include "qfx/imports/source.h"

namespace qfx::imports {

// Why, and the nearest form that is: the rest of a sentence that begins with the node.
std::string why_unsupported(const Node& node);

// Raises NodeFault where the operator, an attribute or the number of inputs is not here.
void check_operator(const Node& node);

}  // namespace qfx::imports
