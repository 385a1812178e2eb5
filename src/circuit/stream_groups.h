// Which elements of a stream belong together.
#pragma once

#include <cstdint>

#include "qfx/dataflow/layout.h"

namespace qfx::circuit {

// The channels of a pixel, or all of a vector.
inline std::int64_t group_of(const dataflow::Layout& layout) {
  return layout.order == dataflow::Order::Pixels ? layout.lanes : layout.elements();
}

}  // namespace qfx::circuit
