#include "dataflow/thresholds.h"

#include "qfx/fixed/raw.h"
#include "qfx/fixed/value.h"

namespace qfx::dataflow {
namespace {

fixed::BigInt floor_quotient(const fixed::BigInt& value, const fixed::BigInt& divisor) {
  const fixed::BigInt quotient = value / divisor;  // toward zero
  return quotient * divisor > value ? fixed::BigInt(quotient - 1) : quotient;
}

// floor(numerator * 2^places / denominator), held within [lo, hi].
std::int64_t held_floor(std::int64_t numerator, int places, std::int64_t denominator,
                        std::int64_t lo, std::int64_t hi) {
  const fixed::BigInt up = fixed::BigInt(numerator) << (places > 0 ? places : 0);
  const fixed::BigInt down = fixed::BigInt(denominator) << (places < 0 ? -places : 0);
  const fixed::BigInt value = floor_quotient(up, down);
  if (value < lo) return lo;
  return value > hi ? hi : static_cast<std::int64_t>(value);
}

}  // namespace

Table level_steps(const graph::QuantSign& levels, const fixed::Format& input) {
  const std::int64_t n = levels.largest();
  Table steps{.shape = {n}, .values = {}};
  // The ceiling of a quotient is minus the floor of its negative.
  for (std::int64_t j = 0; j < n; ++j)
    steps.values.push_back(-held_floor(n - 1 - 2 * j, input.frac_bits(), n,
                                       -fixed::max_raw(input) - 1, -fixed::min_raw(input)));
  return steps;
}

Table gates(const graph::FrozenParam& threshold, std::int64_t largest) {
  Table gates{.shape = threshold.shape, .values = {}};
  for (std::int64_t o = 0; o < threshold.shape[0]; ++o)
    gates.values.push_back(
        held_floor(threshold.raw[o], -threshold.frac_bits(o), 1, -largest - 1, largest));
  return gates;
}

}  // namespace qfx::dataflow
