#include "dataflow/mean.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "qfx/fixed/value.h"

namespace qfx::dataflow {

int Mean::factor_width() const {
  const auto largest = [](const Table& factors) { return std::ranges::max(factors.values); };
  const std::int64_t product = largest(row_factors) * largest(column_factors);
  return std::bit_width(static_cast<std::uint64_t>(product)) + 1;
}

Mean mean_of(const Sum& sum, std::int64_t count, int out_frac_bits) {
  Mean mean{.sum = sum, .total = sum, .reciprocal = {.shape = {1}, .values = {0}}};
  mean.twos = std::countr_zero(static_cast<std::uint64_t>(count));
  mean.divisor = count >> mean.twos;
  if (mean.divisor == 1) return mean;
  mean.extra_frac_bits = std::max(0, out_frac_bits + 1 - sum.frac_bits - mean.twos);
  const int bits = std::bit_width(static_cast<std::uint64_t>(mean.divisor));
  mean.reciprocal_shift = sum.width - 1 + mean.extra_frac_bits + bits;
  const fixed::BigInt reciprocal =
      ((fixed::BigInt(1) << mean.reciprocal_shift) + mean.divisor - 1) / mean.divisor;
  mean.reciprocal_width = static_cast<int>(msb(reciprocal)) + 1;
  mean.reciprocal.values.clear();
  export_bits(reciprocal, std::back_inserter(mean.reciprocal.values), 32, false);
  mean.reciprocal.shape = {std::ssize(mean.reciprocal.values)};
  return mean;
}

}  // namespace qfx::dataflow
