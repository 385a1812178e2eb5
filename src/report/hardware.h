// What `qfx estimate` found, for the page.
#pragma once

#include "report/json.h"

namespace qfx::report {

// estimate.json with every field of its type: {source, clock_ns, interval, latency,
// images_per_second, error {median, ninetieth} of LUTs or null, engines [{name, luts, memory_luts,
// registers, dsps, brams, urams, multipliers, adders, cycles, ecp5_mhz}], rest, total}, and of checked
// clocks clock_source and the slowest, ecp5_mhz, or nulls. Null where there is none.
Json hardware_json(const Json& estimate);

}  // namespace qfx::report
