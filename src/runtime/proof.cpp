#include "runtime/proof.h"

#include <algorithm>
#include <cstdlib>

#include "qfx/base/error.h"

namespace qfx::runtime {

kernels::IntCast accumulator_cast(const Analyzed& analyzed, graph::NodeId id) {
  const graph::NodeRange& range = analyzed.range(id);
  return {range.accumulator_frac_bits, analyzed.node(id).format, range.accumulator.lo,
          range.accumulator.hi};
}

std::int64_t aligned(std::int64_t raw, int frac, int to_frac) {
  QFX_ASSERT(to_frac >= frac);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(raw) *
                                   kernels::power_of_two<std::uint64_t>(to_frac - frac));
}

Affine align_channels(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const int input_frac = analyzed.source(id).format.frac_bits();
  const int grid = analyzed.range(id).accumulator_frac_bits;
  const graph::FrozenParam& weight = node.params.at(graph::Role::Weight);
  const graph::FrozenParam* bias = find(node.params, graph::Role::Bias);
  Affine affine;
  for (std::int64_t c = 0; c < weight.shape[0]; ++c) {
    affine.factor.push_back(aligned(1, input_frac + weight.frac_bits(c), grid));
    affine.term.push_back(bias == nullptr ? 0 : aligned(bias->raw[c], bias->frac_bits(c), grid));
  }
  return affine;
}

bool products_fit_int32(const graph::FrozenParam& weight, const graph::Interval& x) {
  const std::int64_t channels = weight.shape[0];
  const std::int64_t taps = static_cast<std::int64_t>(weight.raw.size()) / channels;
  const std::int64_t largest = std::max(std::abs(x.lo), std::abs(x.hi));
  const std::int64_t limit = std::numeric_limits<std::int32_t>::max();
  for (std::int64_t c = 0; c < channels; ++c) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < taps; ++k) {
      sum += std::abs(std::int64_t{weight.raw[c * taps + k]}) * largest;
      if (sum > limit) return false;
    }
  }
  return true;
}

std::string describe(const std::string& operation, int width) {
  return fmt::format("{}, {} bits", operation, width);
}

std::string describe(const char* operation, const char* sums, int width) {
  return fmt::format("{} -> {}, {} bits", operation, sums, width);
}

}  // namespace qfx::runtime
