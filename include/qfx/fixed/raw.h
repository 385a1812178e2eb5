// The law on machine integers, apart from value.h: what only casts need not compile Boost's big
// integers.
#pragma once

#include <cstdint>

#include "qfx/fixed/format.h"

namespace qfx::fixed {

// convert_raw (convert.h) where everything fits machine integers: width <= 63, |from_frac -
// frac_bits| <= 64.
std::int64_t cast_raw(std::int64_t raw, int from_frac, const Format& to);
// raw * 2^-from_frac / divisor, an exact rational, rounded and overflowed once. divisor > 0, the
// rest as above.
std::int64_t cast_quotient(std::int64_t raw, int from_frac, std::int64_t divisor, const Format& to);
// Exact value of a double; NaN and infinities raise UserError. width <= 63.
std::int64_t raw_from_double(double value, const Format& to);
double to_double(std::int64_t raw, int frac_bits);

}  // namespace qfx::fixed
