// Where a transposed convolution puts what it makes of an element, along each axis behind batch and
// channel: tap k of the element at i adds to i * stride + k * dilation - before.
#pragma once

#include "imports/operators/call.h"

namespace qfx::imports {

struct TransposedAxis {
  std::int64_t extent = 1;  // of the input
  std::int64_t kernel = 1, stride = 1, dilation = 1;
  std::int64_t before = 0;     // what is cut off
  std::int64_t positions = 1;  // of the output

  std::int64_t span() const { return (kernel - 1) * dilation + 1; }
};

// From the attributes of the node; resolves auto_pad and output_shape.
std::vector<TransposedAxis> read_transposed(const Call& call, const Shape& input, Shape kernel);

// Two axes, the first of size 1 where there is one.
std::vector<TransposedAxis> as_plane(std::vector<TransposedAxis> axes);

}  // namespace qfx::imports
