#include "qfx/steps/product.h"

#include <algorithm>
#include <cmath>

namespace qfx::steps {
namespace {

int point_of(const std::vector<int>& frac_bits, std::size_t channel) {
  return frac_bits.size() == 1 ? frac_bits[0] : frac_bits[channel];
}

}  // namespace

template <class T>
std::vector<Grid> product_grids(const Grid& x, const T* weight, std::int64_t outputs,
                                std::int64_t inner, const std::vector<int>& frac_bits) {
  std::vector<Grid> grids;
  for (std::int64_t o = 0; o < outputs; ++o) {
    double magnitude = 0;
    for (std::int64_t i = 0; i < inner; ++i)
      magnitude += std::abs(static_cast<double>(weight[o * inner + i]));
    const int bits = point_of(frac_bits, static_cast<std::size_t>(o));
    grids.push_back(product(x, {bits, std::ldexp(magnitude, bits)}));
  }
  return grids;
}

std::vector<Grid> with_offsets(const std::vector<Grid>& sums, const std::vector<double>& values,
                               const std::vector<int>& frac_bits) {
  std::vector<Grid> grids;
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const int bits = point_of(frac_bits, c);
    grids.push_back(sum(sums[c], {bits, std::abs(std::ldexp(values[c], bits))}));
  }
  return grids;
}

Carrier carrier_for(const std::vector<Grid>& sums, const std::string& node) {
  Carrier carrier = Carrier::Float32;
  for (const Grid& sum : sums) carrier = std::max(carrier, carrier_for(sum, node));
  return carrier;
}

std::optional<IntegerOperands> integer_operands(const fixed::Format& x, const fixed::Format& weight,
                                                const std::vector<int>& weight_frac_bits,
                                                const std::vector<Grid>& sums) {
  const auto fits = [](const fixed::Format& f) { return f.width <= (f.is_signed ? 16 : 15); };
  const bool sums_fit = std::all_of(sums.begin(), sums.end(),
                                    [](const Grid& g) { return g.max_raw < std::ldexp(1.0, 31); });
  if (!fits(x) || !fits(weight) || !sums_fit) return std::nullopt;
  return IntegerOperands{fixed::min_raw(x), fixed::max_raw(x), x.frac_bits(), weight_frac_bits};
}

template std::vector<Grid> product_grids(const Grid&, const float*, std::int64_t, std::int64_t,
                                         const std::vector<int>&);
template std::vector<Grid> product_grids(const Grid&, const double*, std::int64_t, std::int64_t,
                                         const std::vector<int>&);

}  // namespace qfx::steps
