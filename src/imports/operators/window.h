// Where the windows of a convolution or a pool lie, along each of the axes behind batch and
// channel.
#pragma once

#include <algorithm>

#include "imports/operators/call.h"

namespace qfx::imports {

struct WindowAxis {
  std::int64_t extent = 1;  // of the input
  std::int64_t kernel = 1, stride = 1, dilation = 1;
  std::int64_t before = 0, after = 0;  // padding
  std::int64_t positions = 1;          // of the output

  // What the window at `position` begins with; below 0 in the padding.
  std::int64_t begin(std::int64_t position) const { return position * stride - before; }
  std::int64_t span() const { return (kernel - 1) * dilation + 1; }
  // How much of the padding behind the input the last window reads, negative where it ends before
  // the input does.
  std::int64_t overhang() const { return begin(positions - 1) + span() - extent; }
  // How far it reaches beyond that padding: ceil_mode.
  std::int64_t beyond() const { return std::max<std::int64_t>(0, overhang() - after); }
};

// From the attributes of the node; `kernel` where it has no kernel_shape. Resolves auto_pad and
// ceil_mode.
std::vector<WindowAxis> read_windows(const Call& call, const Shape& input, Shape kernel);

// The shape of the output.
Shape window_shape(const Shape& input, std::int64_t channels,
                   const std::vector<WindowAxis>& windows);

// Two axes, the first of size 1 where there is one.
std::vector<WindowAxis> as_plane(std::vector<WindowAxis> windows);

}  // namespace qfx::imports
