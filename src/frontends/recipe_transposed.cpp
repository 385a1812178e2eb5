#include "frontends/recipe_transposed.h"

#include <algorithm>

namespace qfx::frontends {

// Along an axis with stride s, place s * q + r of what is made gets tap r + j * s of the element q
// - j, for each j: of phase r a convolution with kernel / s taps.
std::vector<std::pair<std::string, graph::Op>> transposed_parts(const TableReader& layer,
                                                                const graph::Conv2d& read,
                                                                const graph::Shape& input) {
  if (input.size() != 3)
    layer.fail(fmt::format("a conv_transpose2d takes an image, [C, H, W], and its input is {}",
                           graph::to_string(input)));
  const std::int64_t stride = read.stride[0];
  if (read.stride[1] != stride || read.kernel[0] % stride != 0 || read.kernel[1] % stride != 0)
    layer.fail("stride",
               fmt::format("here a conv_transpose2d has one stride for both sides, and it divides "
                           "the kernel_size; {} x {} does not divide {} x {}",
                           read.stride[0], read.stride[1], read.kernel[0], read.kernel[1]));
  const graph::Pair added =
      layer.pair("output_padding", graph::kPaddings).value_or(graph::Pair{0, 0});
  graph::Conv2d conv = read;
  conv.stride = {1, 1};
  graph::Slice slice{.begin = {0}, .end = {read.out_channels}, .step = {}};
  graph::Pair before{}, after{};
  bool is_cut = false;
  for (std::size_t side : {0, 1}) {
    const int axis = static_cast<int>(side);
    const std::int64_t extent = input[side + 1], taps = read.kernel[side] / stride;
    const std::int64_t left_out = read.padding.before(axis);
    const std::int64_t wanted =
        (extent - 1) * stride + read.kernel[side] - read.padding.both(axis) + added[side];
    if (wanted < 1 || added[side] >= stride)
      layer.fail(fmt::format(
          "its padding of {} and output_padding of {} make {} places of {}; less padding leaves "
          "more, and an output_padding is below the stride",
          left_out, added[side], wanted, extent));
    conv.kernel[side] = taps;
    // From the first q that is wanted to the last, also where nothing adds to it.
    before[side] = std::max<std::int64_t>(taps - 1 - left_out / stride, 0);
    after[side] = std::max<std::int64_t>((left_out + wanted - 1) / stride - extent + 1, 0);
    const std::int64_t first = left_out - (taps - 1 - before[side]) * stride;
    slice.begin.push_back(first);
    slice.end.push_back(first + wanted);
    is_cut |= first != 0 || wanted != (extent + before[side] + after[side] - taps + 1) * stride;
  }
  conv.padding = {before[0], before[1], after[0], after[1]};
  conv.out_channels *= stride * stride;
  std::vector<std::pair<std::string, graph::Op>> parts{{".phases", conv}};
  if (stride > 1) parts.emplace_back(".blocks", graph::DepthToSpace{.blocksize = stride});
  if (is_cut) parts.emplace_back(".cut", slice);
  parts.back().first = "";
  return parts;
}

}  // namespace qfx::frontends
