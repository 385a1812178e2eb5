// Places around a tensor: of one value, or taken from inside it.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "imports/operators/picks.h"
#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

constexpr std::int64_t kMostPads = 1 << 16;

// Which of `size` places the one at `at` is, which lies outside of them; -1: none.
std::int64_t outside(const std::string& mode, std::int64_t at, std::int64_t size) {
  if (mode == "constant") return -1;
  if (mode == "edge") return at < 0 ? 0 : size - 1;
  // Only once around: further is not the same in all tools.
  const std::int64_t inside = mode == "wrap" ? (at < 0 ? at + size : at - size)
                                             : (at < 0 ? -at : 2 * (size - 1) - at);
  if (inside < 0 || inside >= size)
    fault("its mode '{}' adds more places than the {} of its axis allow; the nearest adds fewer than "
          "there are", mode, size);
  return inside;
}

void put(Pads& pads, std::size_t axis, std::int64_t size, std::int64_t before, std::int64_t after) {
  if (std::abs(before) > kMaxTensorElements || std::abs(after) > kMaxTensorElements ||
      std::max<std::int64_t>(before, 0) + std::max<std::int64_t>(after, 0) > kMostPads)
    fault("it has pads of {} and {}", before, after);
  if (before + after + size < 0 || -before > size || -after > size)
    fault("its pads take more away than there is");
  if (pads.mode != "constant" && (before < 0 || after < 0))
    fault("its mode is '{}', and its pads cut something off; the nearest is a Slice before it",
          pads.mode);
  std::vector<std::int64_t>& places = pads.picks[axis];
  places.clear();
  for (std::int64_t at = -before; at < size + after; ++at)
    places.push_back(at >= 0 && at < size ? at : outside(pads.mode, at, size));
  pads.before[axis] = before;
  pads.after[axis] = after;
}

}  // namespace

Pads read_pads(const Call& call) {
  const Shape& shape = call.in(0).shape;
  Pads pads{.mode = call.text("mode", "constant"),
            .filling = 0,
            .before = Shape(shape.size(), 0),
            .after = Shape(shape.size(), 0),
            .picks = everything(shape)};
  if (pads.mode != "constant" && pads.mode != "reflect" && pads.mode != "edge" && pads.mode != "wrap")
    fault("its attribute mode is '{}'; constant, reflect, edge and wrap are here", pads.mode);
  const auto given = call.list("pads", 1);
  if (!given) fault("its pads are missing");
  if (pads.mode == "constant")
    pads.filling =
        call.node.opset < 11 ? call.real("value", 0) : call.number("value", 2).value_or(0);
  std::vector<std::int64_t> axes(shape.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (call.has(3)) axes = *call.list("axes", 3);
  if (given->size() != 2 * axes.size())
    fault("it has {} pads for {} axes", given->size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = Call::axis(axes[i], shape.size());
    put(pads, axis, shape[axis], (*given)[i], (*given)[i + axes.size()]);
  }
  return pads;
}

Tensors pad(const Call& call) {
  const Pads pads = read_pads(call);
  return {picked(call.in(0), pads.picks, pads.filling)};
}

}  // namespace qfx::imports
