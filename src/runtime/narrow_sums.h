// Product sums that become numbers of 8 or 16 bits where they are computed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/chain.h"

namespace qfx::runtime {

// The cast of a conv2d's sums as (sum + start[c]) >> shift[c], saturated to a type, and then to the
// format's limits.
struct NarrowSums {
  std::vector<std::int32_t> start, shift;
  kernels::Storage storage;              // Int8 or Int16
  std::optional<Saturation> saturation;  // where the type's own is not the format's
};

// Empty where the format is wider, or rounding or overflow is none that a shift and saturation
// make.
std::optional<NarrowSums> narrow_sums(const Analyzed& analyzed, graph::NodeId id);

}  // namespace qfx::runtime
