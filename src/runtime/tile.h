// Element-wise steps compute exact values into a tile, which waits for its cast in the first-level
// cache.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_cast.h"
#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {

inline constexpr std::int64_t kTile = 1024;

// values(first, count, tile) writes the exact values of elements first, first + 1, ...; they are
// cast to the output.
template <class Acc, class Values>
void cast_tiles(const kernels::IntCast& cast, std::int32_t* output, std::int64_t count,
                const Values& values) {
  Acc tile[kTile];
  for (std::int64_t i = 0; i < count; i += kTile) {
    const std::int64_t length = std::min(kTile, count - i);
    values(i, length, tile);
    cast(tile, output + i, length);
  }
}

// MadeStep<Acc>(cast, args..., kernel) with the cheapest Acc that is proved to hold every exact
// value.
template <template <class> class MadeStep, class... Args>
std::unique_ptr<Step> make_by_width(const Analyzed& analyzed, graph::NodeId id,
                                    const char* operation, const Args&... args) {
  const graph::NodeRange& range = analyzed.range(id);
  const kernels::IntCast cast = accumulator_cast(analyzed, id);
  if (fits<std::int32_t>(range.accumulator))
    return std::make_unique<MadeStep<std::int32_t>>(
        cast, args..., describe(operation, "int32", range.accumulator_width));
  return std::make_unique<MadeStep<std::int64_t>>(
      cast, args..., describe(operation, "int64", range.accumulator_width));
}

}  // namespace qfx::runtime
