// Where the sums of a convolution or a matrix product lie, from its weights as they are, and
// whether it may run on integers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qfx/steps/exactness.h"

namespace qfx::steps {

// max|x_raw| * sum|w_raw| of each output, from the cast weights {outputs, inner}; frac_bits: one
// entry or one per output.
template <class T>
std::vector<Grid> product_grids(const Grid& x, const T* weight, std::int64_t outputs,
                                std::int64_t inner, const std::vector<int>& frac_bits);

// Each channel's sum with an offset added: a bias. values: one per channel; frac_bits: one entry or
// one per channel.
std::vector<Grid> with_offsets(const std::vector<Grid>& sums, const std::vector<double>& values,
                               const std::vector<int>& frac_bits);

// The narrowest carrier in which all of them are exact. Raises UserError naming `node` where there
// is none.
Carrier carrier_for(const std::vector<Grid>& sums, const std::string& node);

// Operands that fit 16 bits and whose sums are proved to fit 32: a convolution may run on integers.
struct IntegerOperands {
  std::int64_t x_lo = 0, x_hi = 0;  // raw
  int x_frac_bits = 0;
  std::vector<int> weight_frac_bits;  // one entry or one per output
};

// The operands of a product as integers, where they fit; `sums` are product_grids'.
std::optional<IntegerOperands> integer_operands(const fixed::Format& x, const fixed::Format& weight,
                                                const std::vector<int>& weight_frac_bits,
                                                const std::vector<Grid>& sums);

}  // namespace qfx::steps
