#include "imports/operators/window.h"

#include <algorithm>

namespace qfx::imports {
namespace {

constexpr std::int64_t kLargest = 1 << 16;

std::vector<std::int64_t> numbers(const Call& call, const std::string& name, std::size_t count,
                                  std::int64_t usual, std::int64_t least) {
  const auto given = call.ints(name);
  if (!given || given->empty()) return std::vector<std::int64_t>(count, usual);
  if (given->size() != count)
    fault("its {} has {} entries, it must have {}", name, given->size(), count);
  for (const std::int64_t value : *given) {
    if (value < least || value > kLargest)
      fault("its {} holds {}; {} to {} are allowed", name, value, least, kLargest);
  }
  return *given;
}

// TensorFlow's: as many positions as input / stride, rounded up. Of two kinds of pool ONNX's text and the
// tools that run it say several things: what a pool with holes is padded with, and whether a maximum
// whose windows do not reach the end begins within the image.
void pad_to_same(WindowAxis& axis, bool more_before, const std::string& op) {
  const std::int64_t positions = (axis.extent + axis.stride - 1) / axis.stride;
  const std::int64_t lacking = (positions - 1) * axis.stride + axis.span() - axis.extent;
  if ((op == "MaxPool" && lacking < 0) || (op != "Conv" && axis.kernel > 1 && axis.dilation > 1))
    fault(
        "what its auto_pad means with a kernel of {}, a stride of {} and dilations of {} differs "
        "between tools; the nearest are pads",
        axis.kernel, axis.stride, axis.dilation);
  const std::int64_t total = std::max<std::int64_t>(0, lacking);
  axis.before = more_before ? total - total / 2 : total / 2;
  axis.after = total - axis.before;
}

void count_positions(WindowAxis& axis, bool ceil_mode) {
  const std::int64_t room = axis.extent + axis.before + axis.after - axis.span();
  if (room < 0)
    fault("its window spans {}, and its padded input is {} wide", axis.span(),
          axis.extent + axis.before + axis.after);
  axis.positions = room / axis.stride + 1;
  if (!ceil_mode || room % axis.stride == 0) return;
  // One more, unless it would begin behind the input and its first padding.
  if (axis.positions * axis.stride < axis.extent + axis.before) ++axis.positions;
}

}  // namespace

std::vector<WindowAxis> read_windows(const Call& call, const Shape& input, Shape kernel) {
  if (input.size() < 3 || input.size() > 4)
    fault("its input has the shape {}; images [N, C, H, W] and sequences [N, C, L] are here",
          to_string(input));
  const std::size_t count = input.size() - 2;
  if (call.gives("kernel_shape")) {
    const Shape given = numbers(call, "kernel_shape", count, 1, 1);
    if (!kernel.empty() && given != kernel)
      fault("its kernel_shape is {}, and its weight says {}", to_string(given), to_string(kernel));
    kernel = given;
  }
  if (kernel.size() != count) fault("its kernel_shape is missing");
  const auto strides = numbers(call, "strides", count, 1, 1);
  const auto dilations = numbers(call, "dilations", count, 1, 1);
  const auto pads = numbers(call, "pads", 2 * count, 0, 0);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const bool ceil_mode = call.integer("ceil_mode", 0) != 0;
  std::vector<WindowAxis> windows;
  for (std::size_t i = 0; i < count; ++i) {
    WindowAxis axis{.extent = input[i + 2],
                    .kernel = kernel[i],
                    .stride = strides[i],
                    .dilation = dilations[i],
                    .before = pads[i],
                    .after = pads[i + count]};
    if (axis.kernel < 1 || axis.kernel > kLargest) fault("its kernel is {}", axis.kernel);
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER")
      pad_to_same(axis, automatic == "SAME_LOWER", call.node.op);
    else if (automatic == "VALID")
      axis.before = axis.after = 0;
    else if (automatic != "NOTSET" && !automatic.empty())
      fault("its attribute auto_pad is '{}'; NOTSET, VALID, SAME_UPPER and SAME_LOWER are known",
            automatic);
    count_positions(axis, ceil_mode);
    windows.push_back(axis);
  }
  return windows;
}

Shape window_shape(const Shape& input, std::int64_t channels,
                   const std::vector<WindowAxis>& windows) {
  Shape shape{input[0], channels};
  for (const WindowAxis& axis : windows) shape.push_back(axis.positions);
  if (!is_reasonable(shape)) fault("its output would have the shape {}", to_string(shape));
  return shape;
}

std::vector<WindowAxis> as_plane(std::vector<WindowAxis> windows) {
  if (windows.size() == 1) windows.insert(windows.begin(), WindowAxis{});
  return windows;
}

}  // namespace qfx::imports
