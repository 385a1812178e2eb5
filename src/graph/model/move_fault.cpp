#include "graph/model/move_fault.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace qfx::graph {
namespace {

std::string one_for_each_axis(const Shape& list, const Shape& x, std::string_view what) {
  if (list.size() != x.size())
    return fmt::format("{} has {} entries, and its input {} has {} axes: it takes one for each",
                       what, list.size(), to_string(x), x.size());
  return "";
}

}  // namespace

std::string move_fault(const Slice& slice, const Shape& x) {
  const std::pair<const Shape*, std::string_view> lists[] = {
      {&slice.begin, "begin"}, {&slice.end, "end"}, {&slice.step, "step"}};
  for (const auto& [list, what] : lists) {
    if (list->empty()) continue;
    if (std::string fault = one_for_each_axis(*list, x, what); !fault.empty()) return fault;
  }
  for (std::size_t axis = 0; axis < x.size(); ++axis) {
    const std::int64_t begin = slice.begin.empty() ? 0 : slice.begin[axis];
    const std::int64_t end = slice.end.empty() ? x[axis] : slice.end[axis];
    if (begin >= end || end > x[axis])
      return fmt::format(
          "along axis {} it goes from {} to {}, and its input {} has {} places there; the begin "
          "comes before the end, which is at most {}",
          axis, begin, end, to_string(x), x[axis], x[axis]);
  }
  return "";
}

std::string move_fault(const Upsample&, const Shape&) {
  return "";
}

std::string move_fault(const ChannelShuffle& shuffle, const Shape& x) {
  if (x[0] % shuffle.groups != 0)
    return fmt::format("groups is {}, it must divide the {} channels", shuffle.groups, x[0]);
  return "";
}

std::string move_fault(const DepthToSpace& op, const Shape& x) {
  if (x[0] % (op.blocksize * op.blocksize) != 0)
    return fmt::format("blocksize is {}, and its square, {}, must divide the {} channels",
                       op.blocksize, op.blocksize * op.blocksize, x[0]);
  return "";
}

std::string move_fault(const SpaceToDepth& op, const Shape& x) {
  if (x[1] % op.blocksize != 0 || x[2] % op.blocksize != 0)
    return fmt::format("blocksize is {}, it must divide the height and the width of its input {}",
                       op.blocksize, to_string(x));
  return "";
}

std::string move_fault(const Permute& permute, const Shape& x) {
  if (std::string fault = one_for_each_axis(permute.axes, x, "axes"); !fault.empty()) return fault;
  Shape sorted = permute.axes;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<std::int64_t>(i))
      return fmt::format("axes is {}, it must name each of the axes 0 to {} once",
                         to_string(permute.axes), sorted.size() - 1);
  return "";
}

// All sums are bounded as they grow: attributes of a file can be anything.
std::string move_fault(const Rearrange& op, const Shape& x) {
  if (op.shape.empty() || op.shape.size() > 3)
    return fmt::format("shape is {}, allowed are [C, H, W], [C, L] and [N]", to_string(op.shape));
  if (op.axes.size() != op.extents.size() || op.steps.size() != op.extents.size())
    return fmt::format(
        "extents, axes and steps have {}, {} and {} entries; they belong together, digit by "
        "digit",
        op.extents.size(), op.axes.size(), op.steps.size());
  if (std::string fault = one_for_each_axis(op.offsets, x, "offsets"); !fault.empty()) return fault;
  std::size_t at = 0;
  for (const std::int64_t size : op.shape) {
    std::int64_t made = 1;
    while (made < size && at < op.extents.size()) made *= op.extents[at++];
    if (made != size) return fmt::format("its extents do not multiply to an axis of {}", size);
  }
  if (at != op.extents.size())
    return fmt::format("it has {} digits, and its shape {} takes {}", op.extents.size(),
                       to_string(op.shape), at);
  Shape low = op.offsets, high = op.offsets;
  for (std::size_t i = 0; i < op.extents.size(); ++i) {
    const auto axis = static_cast<std::size_t>(op.axes[i]);
    if (axis >= x.size())
      return fmt::format("a digit moves along axis {}, and its input {} has {} axes", axis,
                         to_string(x), x.size());
    const std::int64_t reach = (op.extents[i] - 1) * op.steps[i];
    (reach < 0 ? low : high)[axis] += reach;
    if (low[axis] < 0 || high[axis] >= x[axis])
      return fmt::format("its digits reach beyond axis {} of its input {}", axis, to_string(x));
  }
  for (std::size_t axis = 0; axis < x.size(); ++axis)
    if (high[axis] >= x[axis])
      return fmt::format("its offset {} along axis {} lies outside its input {}", high[axis], axis,
                         to_string(x));
  return "";
}

}  // namespace qfx::graph
