#include "qfx/graph/own_format.h"

#include <cmath>

#include "qfx/base/error.h"

namespace qfx::graph {

QuantSpec own_spec(const fixed::Format& format) {
  return {.width = format.width,
          .is_signed = format.is_signed,
          .rounding = format.rounding,
          .overflow = format.overflow,
          .learned = false,
          .int_bits = format.int_bits};
}

FrozenParam freeze_binary(const Param& param, const std::string& name) {
  FrozenParam frozen{.shape = param.shape,
                     .raw = {},
                     .format = param.spec.format(0),
                     .channel_frac_bits = {}};
  for (std::size_t i = 0; i < param.values.size(); ++i) {
    if (!std::isfinite(param.values[i]))
      user_error("tensor '{}': value {} is {}, it must be finite; training has diverged", name, i,
                 param.values[i]);
    frozen.raw.push_back(binary_weight(param.values[i]));
  }
  return frozen;
}

}  // namespace qfx::graph
