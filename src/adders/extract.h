// Sharing: the most frequent pattern becomes a value of its own, again and again.
#pragma once

#include "adders/budget.h"
#include "adders/random.h"
#include "adders/rows.h"

namespace qfx::adders {

// Until no pattern occurs `least` times.
void extract(Rows& rows, Random& random, int least);
// The first time, which may take long: stops when the budget says so.
void extract_first(Rows& rows, Random& random, int least, const Budget& budget);
// Three operands: a value with one user is better part of it, which then needs fewer adders.
void join_single_users(Rows& rows);

}  // namespace qfx::adders
