// Wanted rows as others plus a difference, where rows are alike.
#pragma once

#include "adders/random.h"
#include "adders/rows.h"

namespace qfx::adders {

void difference_rows(Rows& rows, Random& random);

}  // namespace qfx::adders
