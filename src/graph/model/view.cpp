#include "qfx/graph/view.h"

#include <numeric>

namespace qfx::graph {
namespace {

// The axes of a tensor, the slowest in memory first.
std::vector<std::size_t> axes_in_memory(std::size_t rank, Arrangement arrangement) {
  std::vector<std::size_t> axes(rank);
  for (std::size_t i = 0; i < rank; ++i)
    axes[i] = arrangement == Arrangement::ChannelsLast ? (i + 1) % rank : i;
  return axes;
}

// A loop goes on where the one inside it ends: both are one.
void append(std::vector<MoveLoop>& outward, const MoveLoop& loop) {
  if (loop.extent == 1) return;
  if (!outward.empty() && outward.back().from * outward.back().extent == loop.from)
    outward.back().extent *= loop.extent;
  else
    outward.push_back(loop);
}

}  // namespace

Shape View::shape() const {
  Shape result;
  for (const std::vector<Digit>& digits : axes) {
    result.push_back(1);
    for (const Digit& digit : digits) result.back() *= digit.extent;
  }
  return result;
}

Moves moves_of(const View& view, const Shape& input, Arrangement arrangement) {
  std::vector<std::int64_t> strides(input.size());
  std::int64_t stride = 1;
  const std::vector<std::size_t> in = axes_in_memory(input.size(), arrangement);
  for (auto axis = in.rbegin(); axis != in.rend(); ++axis) {
    strides[*axis] = stride;
    stride *= input[*axis];
  }
  Moves moves;
  moves.base =
      std::inner_product(strides.begin(), strides.end(), view.offsets.begin(), std::int64_t{0});
  const std::vector<std::size_t> out = axes_in_memory(view.axes.size(), arrangement);
  for (auto axis = out.rbegin(); axis != out.rend(); ++axis) {
    const std::vector<Digit>& digits = view.axes[*axis];
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
      append(moves.loops,
             {digit->extent, digit->step * strides[static_cast<std::size_t>(digit->axis)]});
  }
  moves.loops = {moves.loops.rbegin(), moves.loops.rend()};
  return moves;
}

std::vector<std::int64_t> sources_of(const Moves& moves) {
  std::vector<std::int64_t> sources{moves.base};
  for (const MoveLoop& loop : moves.loops) {
    std::vector<std::int64_t> next;
    next.reserve(sources.size() * static_cast<std::size_t>(loop.extent));
    for (const std::int64_t source : sources)
      for (std::int64_t i = 0; i < loop.extent; ++i) next.push_back(source + i * loop.from);
    sources = std::move(next);
  }
  return sources;
}

}  // namespace qfx::graph
