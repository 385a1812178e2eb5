#include "qfx/graph/clip.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

constexpr int kMaxExponent = 31;
constexpr int kBoundFracBits = 32;
constexpr std::int64_t kCeiling = std::int64_t{1} << 62;

// floor(raw * 2^places), cut to kCeiling.
std::int64_t scaled_down(std::int64_t raw, int places) {
  if (places <= 0) return raw >> std::min(-places, 63);
  if (raw == 0) return 0;
  const bool fits = places < 62 && std::abs(raw) <= (kCeiling >> places);
  return fits ? raw * (std::int64_t{1} << places) : raw < 0 ? -kCeiling : kCeiling;
}

std::int64_t scaled_up(std::int64_t raw, int places) {
  return -scaled_down(-raw, places);
}

}  // namespace

bool is_clip_bound(double value) {
  if (!(std::abs(value) <= std::ldexp(1.0, kMaxExponent))) return false;
  const double scaled = std::ldexp(value, kBoundFracBits);
  return scaled == std::nearbyint(scaled);
}

Dyadic dyadic(double bound) {
  QFX_ASSERT(is_clip_bound(bound));
  if (bound == 0) return {0, -kMaxExponent};
  // 2^31 on the finest grid is 2^63, one more than an int64 holds: its magnitude is kept apart.
  const auto magnitude = static_cast<std::uint64_t>(std::ldexp(std::abs(bound), kBoundFracBits));
  const int zeros = std::countr_zero(magnitude);
  const auto raw = static_cast<std::int64_t>(magnitude >> zeros);
  return {bound < 0 ? -raw : raw, kBoundFracBits - zeros};
}

ClipLimits clip_limits(const Clip& clip, int x_frac_bits, int frac_bits) {
  const Dyadic min = dyadic(clip.min), max = dyadic(clip.max);
  QFX_ASSERT(frac_bits >= std::max({x_frac_bits, min.frac_bits, max.frac_bits}));
  return {.below = scaled_up(min.raw, x_frac_bits - min.frac_bits),
          .above = scaled_down(max.raw, x_frac_bits - max.frac_bits),
          .low = scaled_down(min.raw, frac_bits - min.frac_bits),
          .high = scaled_down(max.raw, frac_bits - max.frac_bits),
          .places = frac_bits - x_frac_bits};
}

}  // namespace qfx::graph
