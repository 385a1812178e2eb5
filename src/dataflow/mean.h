// Division by a constant as multiplication by its reciprocal.
#pragma once

#include <cstdint>

#include "qfx/dataflow/constants.h"

namespace qfx::dataflow {

// For the mean of `count` values, rounded to out_frac_bits. sum: of the values, exact.
Mean mean_of(const Sum& sum, std::int64_t count, int out_frac_bits);

}  // namespace qfx::dataflow
