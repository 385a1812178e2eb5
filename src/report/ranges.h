// What a tensor's format can represent: one range, or one a channel.
#pragma once

#include <vector>

#include "report/json.h"

#include "qfx/fixed/format.h"

namespace qfx::report {

// {range_low, range_high, narrow_low, narrow_high}: the widest channel's range and the narrowest's,
// null where all are one. `frac_bits`: one per channel, one for all, or none for the format's own.
Json range_fields(const fixed::Format& format, const std::vector<int>& frac_bits);

}  // namespace qfx::report
