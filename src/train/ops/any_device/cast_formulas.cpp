#include "train/ops/any_device/cast_formulas.h"

#include <cmath>

#include "train/tensors/values.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

// {C} against {C, ...}: one number for all, or one per channel of a parameter.
at::Tensor by_channel(const std::vector<double>& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(std::max<std::int64_t>(like.dim(), 1)),
                                  1);
  shape[0] = static_cast<std::int64_t>(values.size());
  return double_tensor(values).to(like.options()).view(shape);
}

// Bits of integers that WRAP with saturated bits and WRAP_SM are made of: int64 tensors.
class Bits {
 public:
  explicit Bits(const fixed::Format& format) : format_(format) {}

  // The low W bits of an integer held in floating point, however large.
  at::Tensor low(const at::Tensor& n) const {
    return at::remainder(n, std::ldexp(1.0, format_.width)).to(at::kLong);
  }
  // Bit W.
  at::Tensor deleted(const at::Tensor& n) const {
    return at::remainder(n, std::ldexp(1.0, format_.width + 1)).ge(std::ldexp(1.0, format_.width));
  }

  at::Tensor wrap_saturating(const at::Tensor& low, const at::Tensor& negative) const {
    const int kept = format_.width - format_.wrap_bits;
    if (!format_.is_signed)
      return low.bitwise_and(ones(kept)).bitwise_or(ones(format_.wrap_bits) << kept);
    if (format_.wrap_bits == 1) return with_sign(low, negative);
    const std::int64_t top = ones(format_.wrap_bits - 1) << kept;
    return with_sign(
        low.bitwise_and(ones(kept)).bitwise_or(negative.logical_not().to(at::kLong) * top),
        negative);
  }

  at::Tensor wrap_sign_magnitude(at::Tensor low, const at::Tensor& negative,
                                 const at::Tensor& deleted) const {
    const at::Tensor inverted = low.bitwise_not();
    if (format_.wrap_bits == 0) {
      const at::Tensor flips = deleted.ne(bit(low, format_.width - 1));
      return at::where(flips, with_sign(inverted, deleted), with_sign(low, deleted));
    }
    if (format_.wrap_bits == 1) {
      low = at::where(negative.ne(bit(low, format_.width - 1)), inverted, low);
      return with_sign(low, negative);
    }
    low = at::where(bit(low, format_.width - format_.wrap_bits).eq(negative), inverted, low);
    return wrap_saturating(low, negative);
  }

 private:
  static std::int64_t ones(int count) { return (std::int64_t{1} << count) - 1; }
  static at::Tensor bit(const at::Tensor& value, int index) {
    return value.bitwise_and(std::int64_t{1} << index).ne(0);
  }
  at::Tensor with_sign(const at::Tensor& value, const at::Tensor& negative) const {
    return value.bitwise_and(ones(format_.width - 1)) -
           negative.to(at::kLong) * (std::int64_t{1} << (format_.width - 1));
  }

  fixed::Format format_;
};

}  // namespace

Limits::Limits(const fixed::Format& f)
    : format(f),
      modulus(std::ldexp(1.0, f.width)),
      high(static_cast<double>(fixed::held_range(f).hi)),
      low(static_cast<double>(fixed::held_range(f).lo)) {}

at::Tensor powers(const steps::Assignment& a, int sign, const at::Tensor& like) {
  std::vector<double> values;
  for (const int f : a.frac_bits) values.push_back(std::ldexp(1.0, sign * f));
  return by_channel(values, like);
}

at::Tensor rounded(const at::Tensor& v, const at::Tensor& x, fixed::Rounding rounding) {
  using fixed::Rounding;
  const at::Tensor n = at::round(v);
  const at::Tensor rest = v - n;
  const auto low_tie = [&] { return rest.eq(0.5); };    // n is the neighbour below
  const auto high_tie = [&] { return rest.eq(-0.5); };  // n is the one above
  const auto positive = [&] { return v.gt(0); };
  switch (rounding) {
    case Rounding::RND:
      return n + low_tie();
    case Rounding::RND_ZERO:
      return n + low_tie().logical_and(positive().logical_not()) -
             high_tie().logical_and(positive()).to(n.scalar_type());
    case Rounding::RND_MIN_INF:
      return n - high_tie().to(n.scalar_type());
    case Rounding::RND_INF:
      return n + low_tie().logical_and(positive()) -
             high_tie().logical_and(positive().logical_not()).to(n.scalar_type());
    case Rounding::RND_CONV:
      return n;
    case Rounding::TRN:
      return at::where(v.eq(0).logical_and(x.lt(0)), at::full_like(v, -1.0), at::floor(v));
    case Rounding::TRN_ZERO:
      return at::trunc(v);
    case Rounding::RND_CONV_ODD:
      return at::where(rest.abs().eq(0.5), n + 2 * rest, n);
  }
  internal_error("rounding mode {}", static_cast<int>(rounding));
}

at::Tensor overflowed(const at::Tensor& n, const at::Tensor& v, const Limits& grid) {
  using fixed::Overflow;
  const fixed::Format& format = grid.format;
  const at::Tensor outside = n.lt(grid.low).logical_or(n.gt(grid.high));
  switch (format.overflow) {
    case Overflow::SAT:
    case Overflow::SAT_SYM:
      return at::clamp(n, grid.low, grid.high);
    case Overflow::SAT_ZERO:
      return at::where(outside, at::zeros_like(n), n);
    case Overflow::WRAP:
    case Overflow::WRAP_SM:
      break;
  }
  if (format.overflow == Overflow::WRAP && format.wrap_bits == 0) {
    const at::Tensor low = at::remainder(n, grid.modulus);
    return at::where(low.gt(grid.high), low - grid.modulus, low);
  }
  const Bits bits(format);
  const at::Tensor finite = at::where(at::isfinite(n), n, at::zeros_like(n));
  const at::Tensor floor = at::floor(at::where(at::isfinite(v), v, at::zeros_like(v)));
  const at::Tensor low = bits.low(finite), negative = n.lt(0);
  const at::Tensor wrapped = format.overflow == Overflow::WRAP
                                 ? bits.wrap_saturating(low, negative)
                                 : bits.wrap_sign_magnitude(low, negative, bits.deleted(floor));
  return at::where(at::isfinite(n), at::where(outside, wrapped.to(n.scalar_type()), n),
                   at::full_like(n, std::nan("")));
}

std::int64_t operator_overflows(const at::Tensor& x, const steps::Assignment& a) {
  const Limits grid(a.format);
  const at::Tensor n = rounded(x * powers(a, 1, x), x, a.format.rounding);
  // Of a NaN neither comparison is true, and it counts.
  const at::Tensor inside = n.ge(grid.low).logical_and(n.le(grid.high));
  return x.numel() - inside.sum().item<std::int64_t>();
}

}  // namespace qfx::train
