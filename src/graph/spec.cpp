#include "qfx/graph/spec.h"

namespace qfx::graph {

fixed::Format QuantSpec::format(int frac_bits) const {
  return {.width = width,
          .int_bits = width - frac_bits,
          .is_signed = is_signed,
          .rounding = rounding,
          .overflow = overflow,
          .wrap_bits = wrap_bits};
}

}  // namespace qfx::graph
