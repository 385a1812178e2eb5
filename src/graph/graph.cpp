#include "qfx/graph/graph.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <numeric>

namespace qfx::graph {

std::int64_t element_count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

int FrozenParam::max_frac_bits() const {
  return channel_frac_bits.empty()
             ? format.frac_bits()
             : *std::max_element(channel_frac_bits.begin(), channel_frac_bits.end());
}

fixed::Format FrozenParam::channel_format(std::int64_t channel) const {
  fixed::Format result = format;
  result.int_bits = format.width - frac_bits(channel);
  return result;
}

}  // namespace qfx::graph
