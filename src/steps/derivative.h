// What torch's backward passes multiply by, of the functions that a table holds.
#pragma once

#include "qfx/graph/table.h"

namespace qfx::steps {

// At corners as torch has it; 0 where the function is no finite number or has no finite slope.
double derivative(const graph::Function& function, double x);

}  // namespace qfx::steps
