#include "runtime/narrow_sums.h"

#include <bit>

#include "runtime/proof.h"

namespace qfx::runtime {

std::optional<NarrowSums> narrow_sums(const Analyzed& analyzed, graph::NodeId id) {
  using kernels::IntCast;
  const IntCast cast = accumulator_cast(analyzed, id);
  const IntCast::Plan& plan = cast.plan();
  if (!fits_words(analyzed, id) || cast.path() != IntCast::Path::Narrow || plan.left > 0) return {};
  const bool up = plan.round == IntCast::RoundKind::HalfUp;
  if (!(up && plan.half_fits) && plan.round != IntCast::RoundKind::Shift) return {};
  const bool fits = plan.fit == IntCast::FitKind::Fits;
  if (!fits && plan.fit != IntCast::FitKind::Clamp) return {};
  const graph::Interval limits =
      fits ? analyzed.range(id).output : graph::Interval{plan.lo, plan.hi};
  if (!kernels::fits<std::int16_t>(limits.lo, limits.hi)) return {};

  NarrowSums narrow;
  const bool saturates_alike = limits.lo == INT8_MIN && limits.hi == INT8_MAX;
  const bool is_byte =
      saturates_alike || (fits && kernels::fits<std::int8_t>(limits.lo, limits.hi));
  narrow.storage = is_byte ? kernels::Storage::Int8 : kernels::Storage::Int16;
  if (!fits && !is_byte)
    narrow.saturation = {static_cast<std::int16_t>(limits.lo),
                         static_cast<std::int16_t>(limits.hi)};
  const std::int64_t half = up ? std::int64_t{1} << (plan.right - 1) : 0;
  const Affine affine = align_channels(analyzed, id);
  for (std::size_t c = 0; c < affine.factor.size(); ++c) {
    // (sum * 2^places + term) >> right: what lies below 2^places falls away with or without the
    // sum.
    const int places = std::countr_zero(static_cast<std::uint64_t>(affine.factor[c]));
    if (places > plan.right || plan.right - places > 31) return {};
    narrow.start.push_back(static_cast<std::int32_t>((affine.term[c] + half) >> places));
    narrow.shift.push_back(plan.right - places);
  }
  return narrow;
}

}  // namespace qfx::runtime
