#include "qfx/kernels/int_cast.h"

#include <algorithm>
#include <limits>

#include "kernels/targets.h"

#include "qfx/base/error.h"
#include "qfx/base/int128.h"
#include "qfx/fixed/convert.h"
#include "qfx/fixed/raw.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_cast.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using RoundKind = IntCast::RoundKind;
using FitKind = IntCast::FitKind;
using Plan = IntCast::Plan;
using Words = hn::ScalableTag<std::int32_t>;
using WordVector = hn::Vec<Words>;

template <RoundKind kRound, FitKind kFit>
class NarrowCast {
 public:
  HWY_ATTR explicit NarrowCast(const Plan& plan)
      : right_(plan.right),
        left_(plan.left),
        wrap_(32 - plan.width),
        dropped_(hn::Set(Words(), static_cast<std::int32_t>((std::int64_t{1} << plan.right) - 1))),
        addend_(hn::Set(Words(), static_cast<std::int32_t>(plan.addend))),
        threshold_(hn::Set(Words(), static_cast<std::int32_t>(plan.threshold))),
        odd_(hn::Set(Words(), static_cast<std::int32_t>(plan.odd))),
        sign_(hn::Set(Words(), static_cast<std::int32_t>(plan.sign))),
        flip_(hn::Set(Words(), static_cast<std::int32_t>(plan.flip))),
        lo_(hn::Set(Words(), static_cast<std::int32_t>(plan.lo))),
        hi_(hn::Set(Words(), static_cast<std::int32_t>(plan.hi))),
        kept_(hn::Set(Words(), static_cast<std::int32_t>((std::int64_t{1} << plan.width) - 1))) {}

  HWY_ATTR WordVector operator()(WordVector v) const { return fit(round(v)); }

 private:
  HWY_ATTR WordVector round(WordVector v) const {
    const Words d;
    if constexpr (kRound == RoundKind::Shift) {
      return hn::ShiftLeftSame(hn::ShiftRightSame(v, right_), left_);
    } else if constexpr (kRound == RoundKind::HalfUp) {
      return hn::ShiftRight<1>(hn::ShiftRightSame(v, right_ - 1) + hn::Set(d, 1));
    } else {
      const WordVector floor = hn::ShiftRightSame(v, right_);
      const WordVector t = (floor & odd_) ^ (hn::BroadcastSignBit(v) & sign_) ^ flip_;
      const WordVector weighed = (v & dropped_) + (hn::Neg(t) & addend_);
      return floor - hn::VecFromMask(d, weighed > threshold_);
    }
  }

  HWY_ATTR WordVector fit(WordVector q) const {
    if constexpr (kFit == FitKind::Fits) {
      return q;
    } else if constexpr (kFit == FitKind::Clamp) {
      return hn::Min(hn::Max(q, lo_), hi_);
    } else if constexpr (kFit == FitKind::Zero) {
      return hn::IfThenZeroElse(hn::Or(q<lo_, q> hi_), q);
    } else if constexpr (kFit == FitKind::WrapSigned) {
      return hn::ShiftRightSame(hn::ShiftLeftSame(q, wrap_), wrap_);
    } else {
      return q & kept_;
    }
  }

  int right_, left_, wrap_;
  WordVector dropped_, addend_, threshold_, odd_, sign_, flip_, lo_, hi_, kept_;
};

template <RoundKind kRound, FitKind kFit>
HWY_ATTR void cast_loop(const Plan& plan, const std::int32_t* in, std::int32_t* out,
                        std::int64_t count) {
  const Words d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const NarrowCast<kRound, kFit> cast(plan);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(cast(hn::LoadU(d, in + i)), d, out + i);
  if (i < count) {
    HWY_ALIGN std::int32_t rest[hn::MaxLanes(d)] = {};
    std::copy_n(in + i, count - i, rest);
    hn::Store(cast(hn::Load(d, rest)), d, rest);
    std::copy_n(rest, count - i, out + i);
  }
}

template <RoundKind kRound>
HWY_ATTR void cast_by_fit(const Plan& plan, const std::int32_t* in, std::int32_t* out,
                          std::int64_t count) {
  switch (plan.fit) {
    case FitKind::Fits:
      return cast_loop<kRound, FitKind::Fits>(plan, in, out, count);
    case FitKind::Clamp:
      return cast_loop<kRound, FitKind::Clamp>(plan, in, out, count);
    case FitKind::Zero:
      return cast_loop<kRound, FitKind::Zero>(plan, in, out, count);
    case FitKind::WrapSigned:
      return cast_loop<kRound, FitKind::WrapSigned>(plan, in, out, count);
    case FitKind::WrapUnsigned:
      return cast_loop<kRound, FitKind::WrapUnsigned>(plan, in, out, count);
  }
}

HWY_ATTR void cast_narrow(const Plan& plan, const std::int32_t* in, std::int32_t* out,
                          std::int64_t count) {
  switch (plan.round) {
    case RoundKind::Shift:
      return cast_by_fit<RoundKind::Shift>(plan, in, out, count);
    case RoundKind::HalfUp:
      return cast_by_fit<RoundKind::HalfUp>(plan, in, out, count);
    case RoundKind::General:
      return cast_by_fit<RoundKind::General>(plan, in, out, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(cast_narrow);

namespace {

using Plan = IntCast::Plan;
using RoundKind = IntCast::RoundKind;
using FitKind = IntCast::FitKind;
using fixed::Overflow;
using fixed::Rounding;

void plan_rounding(Plan& plan, Rounding rounding) {
  const std::int64_t half = std::int64_t{1} << (plan.right - 1);
  const std::int64_t all = 2 * half - 1;
  plan.round = RoundKind::General;
  plan.addend = 1;
  plan.threshold = half;
  switch (rounding) {
    case Rounding::RND:
      plan.flip = 1;
      break;
    case Rounding::RND_ZERO:
      plan.sign = 1;
      break;
    case Rounding::RND_MIN_INF:
      break;
    case Rounding::RND_INF:
      plan.sign = 1;
      plan.flip = 1;
      break;
    case Rounding::RND_CONV:
      plan.odd = 1;
      break;
    case Rounding::RND_CONV_ODD:
      plan.odd = 1;
      plan.flip = 1;
      break;
    case Rounding::TRN:
      plan.round = RoundKind::Shift;
      break;
    case Rounding::TRN_ZERO:
      plan.sign = 1;
      plan.addend = all;
      plan.threshold = all;
      break;
  }
}

// False for the modes that need the unrounded source or saturate single bits.
bool plan_fit(Plan& plan, const fixed::Format& to) {
  const fixed::Interval held = fixed::held_range(to);
  plan.lo = held.lo;
  plan.hi = held.hi;
  plan.width = to.width;
  switch (to.overflow) {
    case Overflow::SAT:
    case Overflow::SAT_SYM:
      plan.fit = FitKind::Clamp;
      return true;
    case Overflow::SAT_ZERO:
      plan.fit = FitKind::Zero;
      return true;
    case Overflow::WRAP:
      plan.fit = to.is_signed ? FitKind::WrapSigned : FitKind::WrapUnsigned;
      return to.wrap_bits == 0;
    case Overflow::WRAP_SM:
      return false;
  }
  internal_error("unknown overflow mode {}", static_cast<int>(to.overflow));
}

bool fits_word(Int128 value) {
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

bool fits_int64(Int128 value) {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

template <RoundKind kRound, FitKind kFit, class Out>
void wide_loop(const Plan& plan, const std::int64_t* in, Out* out, std::int64_t count) {
  const std::int64_t dropped = (std::int64_t{1} << plan.right) - 1;
  const int wrap = 64 - plan.width;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t q = in[i] >> plan.right;
    if constexpr (kRound == RoundKind::Shift) {
      q = static_cast<std::int64_t>(static_cast<std::uint64_t>(q) << plan.left);
    } else {
      const std::int64_t t = (q & plan.odd) ^ ((in[i] >> 63) & plan.sign) ^ plan.flip;
      q += (in[i] & dropped) + (-t & plan.addend) > plan.threshold;
    }
    if constexpr (kFit == FitKind::Clamp) {
      q = std::min(std::max(q, plan.lo), plan.hi);
    } else if constexpr (kFit == FitKind::Zero) {
      q = (q < plan.lo) | (q > plan.hi) ? 0 : q;
    } else if constexpr (kFit == FitKind::WrapSigned) {
      q = static_cast<std::int64_t>(static_cast<std::uint64_t>(q) << wrap) >> wrap;
    } else if constexpr (kFit == FitKind::WrapUnsigned) {
      q &= static_cast<std::int64_t>((std::uint64_t{1} << plan.width) - 1);
    }
    out[i] = static_cast<Out>(q);
  }
}

template <RoundKind kRound, class Out>
void wide_by_fit(const Plan& plan, const std::int64_t* in, Out* out, std::int64_t count) {
  switch (plan.fit) {
    case FitKind::Fits:
      return wide_loop<kRound, FitKind::Fits>(plan, in, out, count);
    case FitKind::Clamp:
      return wide_loop<kRound, FitKind::Clamp>(plan, in, out, count);
    case FitKind::Zero:
      return wide_loop<kRound, FitKind::Zero>(plan, in, out, count);
    case FitKind::WrapSigned:
      return wide_loop<kRound, FitKind::WrapSigned>(plan, in, out, count);
    case FitKind::WrapUnsigned:
      return wide_loop<kRound, FitKind::WrapUnsigned>(plan, in, out, count);
  }
}

// HalfUp is General's special case and only faster on 32 bits.
template <class Out>
void cast_wide(const Plan& plan, const std::int64_t* in, Out* out, std::int64_t count) {
  if (plan.round == RoundKind::Shift) return wide_by_fit<RoundKind::Shift>(plan, in, out, count);
  return wide_by_fit<RoundKind::General>(plan, in, out, count);
}

// In tiles that are widened first.
template <class Out>
void cast_wide(const Plan& plan, const std::int32_t* in, Out* out, std::int64_t count) {
  constexpr std::int64_t kTile = 256;
  std::int64_t wide[kTile];
  for (std::int64_t i = 0; i < count; i += kTile) {
    const std::int64_t length = std::min(kTile, count - i);
    std::copy_n(in + i, length, wide);
    cast_wide(plan, wide, out + i, length);
  }
}

}  // namespace

IntCast::IntCast(int from_frac, const fixed::Format& to, std::int64_t lo, std::int64_t hi)
    : from_frac_(from_frac), to_(to) {
  QFX_ASSERT(lo <= hi && to.width <= (to.is_signed ? 64 : 63));
  const int distance = from_frac - to.frac_bits();
  if (distance > 61 || distance < -61) return;
  plan_.right = std::max(distance, 0);
  plan_.left = std::max(-distance, 0);

  // Rounding is monotone, so the ends' images bound everything between them.
  const Int128 rounded_lo = fixed::round_raw<Int128>(lo, from_frac, to.frac_bits(), to.rounding);
  const Int128 rounded_hi = fixed::round_raw<Int128>(hi, from_frac, to.frac_bits(), to.rounding);
  const bool known = plan_fit(plan_, to);
  const bool fits = rounded_lo >= plan_.lo && rounded_hi <= plan_.hi;
  if (fits) plan_.fit = FitKind::Fits;
  if (!known && !fits) return;
  if (distance == 0 && fits) {
    path_ = Path::Copy;
    return;
  }
  if (plan_.right > 0) plan_rounding(plan_, to.rounding);
  if (fits_word(lo) && fits_word(hi) && fits_word(rounded_lo) && fits_word(rounded_hi) &&
      distance <= 30 && distance >= -30) {
    path_ = Path::Narrow;
    if (plan_.right > 0 && to.rounding == fixed::Rounding::RND &&
        hi < std::numeric_limits<std::int32_t>::max()) {
      plan_.round = RoundKind::HalfUp;
      plan_.half_fits = fits_word(Int128{hi} + (std::int64_t{1} << (plan_.right - 1)));
    }
  } else if (fits_int64(rounded_lo) && fits_int64(rounded_hi)) {
    path_ = Path::Wide;
  }
}

template <class In, class Out>
void IntCast::cast(const In* in, Out* out, std::int64_t count) const {
  QFX_ASSERT(to_.width <= static_cast<int>(8 * sizeof(Out)) - !to_.is_signed);
  switch (path_) {
    case Path::Copy:
      for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<Out>(in[i]);
      return;
    case Path::Narrow:
      if constexpr (sizeof(In) == 4 && sizeof(Out) == 4) {
        HWY_DYNAMIC_DISPATCH(cast_narrow)(plan_, in, out, count);
        return;
      }
      [[fallthrough]];
    case Path::Wide:
      cast_wide(plan_, in, out, count);
      return;
    case Path::Exact:
      for (std::int64_t i = 0; i < count; ++i)
        out[i] = static_cast<Out>(fixed::cast_raw(in[i], from_frac_, to_));
      return;
  }
}

void IntCast::operator()(const std::int32_t* in, std::int32_t* out, std::int64_t count) const {
  cast(in, out, count);
}
void IntCast::operator()(const std::int64_t* in, std::int32_t* out, std::int64_t count) const {
  cast(in, out, count);
}
void IntCast::operator()(const std::int32_t* in, std::int64_t* out, std::int64_t count) const {
  cast(in, out, count);
}
void IntCast::operator()(const std::int64_t* in, std::int64_t* out, std::int64_t count) const {
  cast(in, out, count);
}

}  // namespace qfx::kernels
#endif
