#include "qfx/graph/spec.h"

#include <cmath>

#include "qfx/base/error.h"

namespace qfx::graph {

fixed::Format QuantSpec::format(int frac_bits) const {
  return {.width = width,
          .int_bits = width - frac_bits,
          .is_signed = is_signed,
          .rounding = rounding,
          .overflow = overflow,
          .wrap_bits = wrap_bits};
}

int QuantSpec::point_of(float f) const {
  switch (point_form) {
    case PointForm::FracBits:
      return static_cast<int>(std::round(f));
    case PointForm::Log2Threshold:
      return static_cast<int>(std::floor(f));
  }
  internal_error("point form {}", static_cast<int>(point_form));
}

float QuantSpec::middle_of(int frac_bits) const {
  const auto point = static_cast<float>(frac_bits);
  return point_form == PointForm::Log2Threshold ? point + 0.5F : point;
}

float QuantSpec::log2_threshold(float f) const {
  return static_cast<float>(width - (is_signed ? 1 : 0)) - f;
}

}  // namespace qfx::graph
