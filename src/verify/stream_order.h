// Between C, H, W order and the order in which elements come on a stream: the channels of a pixel
// side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/base/shape.h"

namespace qfx::verify {

// Any number of samples of the shape.
std::vector<std::int32_t> to_stream_order(const Shape& shape, std::span<const std::int32_t> values);
std::vector<std::int32_t> from_stream_order(const Shape& shape,
                                            std::span<const std::int32_t> values);

}  // namespace qfx::verify
