#include "verify/first_difference.h"

#include "qfx/base/error.h"

namespace qfx::verify {

std::vector<std::int64_t> unravel(std::int64_t flat, const graph::Shape& shape) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis])
    index[axis] = flat % shape[axis];
  return index;
}

std::optional<Difference> first_difference(const graph::FrozenModel& model,
                                           const std::vector<runtime::RawTensor>& expected,
                                           const SampleTrace& actual, std::int64_t image) {
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    const graph::FrozenNode& node = model.nodes[id];
    if (actual[id].size() != expected[id].size())
      internal_error("the trace of layer '{}' has {} values, the layer {}", node.name,
                     actual[id].size(), expected[id].size());
    for (std::size_t i = 0; i < expected[id].size(); ++i) {
      if (actual[id][i] == expected[id][i]) continue;
      return Difference{
          node.name,       image,         unravel(static_cast<std::int64_t>(i), node.shape),
          expected[id][i], actual[id][i], node.format.frac_bits()};
    }
  }
  return std::nullopt;
}

}  // namespace qfx::verify
