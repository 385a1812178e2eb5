#include "qfx/graph/graph.h"

#include <algorithm>

namespace qfx::graph {

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
