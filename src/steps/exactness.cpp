#include "qfx/steps/exactness.h"

#include <algorithm>
#include <cmath>

#include "qfx/base/error.h"

namespace qfx::steps {
namespace {

// A carrier holds the grid if its significand spans max_raw and neither end leaves the normal
// range.
bool holds(const Grid& grid, int significant_bits, int min_exponent, int max_exponent) {
  if (!(grid.max_raw < std::ldexp(1.0, significant_bits))) return false;
  return -grid.frac_bits >= min_exponent && signed_width(grid) - grid.frac_bits <= max_exponent;
}

}  // namespace

const char* to_string(Carrier carrier) {
  switch (carrier) {
    case Carrier::Float32:
      return "float32";
    case Carrier::Float64:
      return "float64";
  }
  internal_error("carrier {}", static_cast<int>(carrier));
}

Grid grid_of(const fixed::Format& format) {
  const int magnitude_bits = format.is_signed ? format.width - 1 : format.width;
  const double top = std::ldexp(1.0, magnitude_bits);
  return {format.frac_bits(), format.is_signed ? top : top - 1};
}

Grid product(const Grid& a, const Grid& b) {
  return {a.frac_bits + b.frac_bits, a.max_raw * b.max_raw};
}

Grid sum(const Grid& a, const Grid& b) {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  return {frac_bits, std::ldexp(a.max_raw, frac_bits - a.frac_bits) +
                         std::ldexp(b.max_raw, frac_bits - b.frac_bits)};
}

Grid wider(const Grid& a, const Grid& b) {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  return {frac_bits, std::max(std::ldexp(a.max_raw, frac_bits - a.frac_bits),
                              std::ldexp(b.max_raw, frac_bits - b.frac_bits))};
}

Grid cast(const Grid& grid, const fixed::Format& format) {
  Grid result = grid_of(format);
  // No rounding goes beyond the next integer.
  const double most = std::ceil(std::ldexp(grid.max_raw, result.frac_bits - grid.frac_bits));
  const bool wraps =
      format.overflow == fixed::Overflow::WRAP || format.overflow == fixed::Overflow::WRAP_SM;
  // What leaves the range of a format that wraps lands anywhere; so may -1 in an unsigned one.
  if (wraps && (!format.is_signed || most >= result.max_raw)) return result;
  result.max_raw = std::min(result.max_raw, most);
  return result;
}

bool holds(const fixed::Format& format, const Grid& grid) {
  return format.is_signed && grid.frac_bits <= format.frac_bits() &&
         std::ldexp(grid.max_raw, format.frac_bits() - grid.frac_bits) <=
             static_cast<double>(fixed::max_raw(format));
}

int signed_width(const Grid& grid) {
  return grid.max_raw == 0 ? 1 : std::ilogb(grid.max_raw) + 2;
}

Carrier carrier_for(const Grid& grid, const std::string& node) {
  if (holds(grid, 24, -126, 127)) return Carrier::Float32;
  if (holds(grid, kCarriedBits, -1022, 1023)) return Carrier::Float64;
  user_error(
      "node '{}' needs a sum of {} bits (binary point at {}), more than the {} bits that float64 "
      "carries exactly in training; make its operands narrower or bring their binary points closer",
      node, signed_width(grid), grid.frac_bits, kCarriedBits);
}

void check_mean(const Grid& grid, std::int64_t values, int frac_bits, const std::string& node) {
  // A quotient's double must not lose what the cast after it looks at.
  constexpr int kMeanBits = 52;
  const Grid total = product(grid, {0, static_cast<double>(values)});
  carrier_for(total, node);
  const int width = signed_width(total) - 1 + std::max(0, frac_bits - total.frac_bits);
  if (width > kMeanBits) {
    user_error(
        "node '{}' needs a mean of {} bits, more than the {} that float64 divides exactly in "
        "training; make its input or output narrower",
        node, width, kMeanBits);
  }
}

}  // namespace qfx::steps
