#include "report/ranges.h"

#include <algorithm>

#include "qfx/fixed/raw.h"

namespace qfx::report {

Json range_fields(const fixed::Format& format, const std::vector<int>& frac_bits) {
  const auto low = [&](int bits) { return fixed::to_double(fixed::min_raw(format), bits); };
  const auto high = [&](int bits) { return fixed::to_double(fixed::max_raw(format), bits); };
  const int coarsest = frac_bits.empty() ? format.frac_bits() : std::ranges::min(frac_bits);
  const int finest = frac_bits.empty() ? coarsest : std::ranges::max(frac_bits);
  Json fields = {{"range_low", low(coarsest)},
                 {"range_high", high(coarsest)},
                 {"narrow_low", nullptr},
                 {"narrow_high", nullptr}};
  if (coarsest != finest) {
    fields["narrow_low"] = low(finest);
    fields["narrow_high"] = high(finest);
  }
  return fields;
}

}  // namespace qfx::report
