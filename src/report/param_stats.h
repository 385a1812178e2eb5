// What the integers of a frozen parameter look like: extent, histogram, ones per constant.
#pragma once

#include "report/json.h"

#include "qfx/graph/graph.h"

namespace qfx::report {

// {minimum, maximum, used, at_limit}: real extent, the largest fraction of its channel's range that
// a value takes, and the fraction of values at the ends of the range.
Json param_extent(const graph::FrozenParam& param);

// {low, high, counts, minimum, maximum, range_low, range_high, format} as in log.jsonl, over the
// whole range of the format, at most 64 bins of equally many raw values. Channels with points of
// their own share real bins.
Json param_histogram(const graph::FrozenParam& param);

// {k_hot, signed_digits, counts, mean}: counts[n] constants have n ones (or signed digits).
Json param_ones(const graph::FrozenParam& param);

}  // namespace qfx::report
