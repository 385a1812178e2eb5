#include "train/ops/any_device/operator_cast.h"

#include <cmath>
#include <numbers>

#include "train/tensors/layout.h"
#include "train/ops/overflow_count.h"

#include "qfx/base/error.h"
#include "qfx/kernels/khot.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// What the casts need of a format, as the kernels see it.
struct Limits {
  explicit Limits(const fixed::Format& f)
      : format(f),
        modulus(std::ldexp(1.0, f.width)),
        high(static_cast<double>(fixed::max_raw(f))),
        low(static_cast<double>(fixed::min_raw(f))) {
    // One signed bit has no symmetric range.
    if (f.overflow == fixed::Overflow::SAT_SYM && f.is_signed && f.width > 1) low = -high;
  }

  fixed::Format format;
  double modulus, high, low;
};

// {C} against {C, ...}: one number for all, or one a channel of a parameter.
at::Tensor by_channel(const std::vector<double>& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(std::max<std::int64_t>(like.dim(), 1)),
                                  1);
  shape[0] = static_cast<std::int64_t>(values.size());
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(like.options()).view(shape);
}

at::Tensor powers(const Assignment& a, int sign, const at::Tensor& like) {
  std::vector<double> values;
  for (const int f : a.frac_bits) values.push_back(std::ldexp(1.0, sign * f));
  return by_channel(values, like);
}

// The nearest integer in the sense of the mode; Note [Rounding on a carrier] in ref/value.h.
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

// The rounded integer n brought into the format; v is what was rounded.
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

// On the processor, where the kernel is.
at::Tensor projected(const at::Tensor& values, const Assignment& a) {
  at::Tensor on_cpu = values.cpu().contiguous().clone();
  const auto channels = static_cast<std::int64_t>(a.frac_bits.size());
  with_carrier(on_cpu, [&](auto carrier) {
    kernels::project_khot(on_cpu.data_ptr<decltype(carrier)>(), parameter_extent(on_cpu, channels),
                          a.k_hot, a.signed_digits, a.format, a.frac_bits.data());
  });
  return on_cpu.to(values.device());
}

// What a value that left the range and landed at q adds to df over ln2; fake_cast.h has the
// formula.
at::Tensor jump(const at::Tensor& q, const at::Tensor& x, const at::Tensor& n,
                const at::Tensor& unit, const Limits& grid) {
  const at::Tensor reach = at::minimum(at::maximum(x, 2 * grid.low * unit), 2 * grid.high * unit);
  const at::Tensor pull = (q - reach) / std::numbers::ln2;
  return grid.low == 0 ? at::where(n.lt(0), at::zeros_like(pull), pull) : pull;
}

struct OperatorCast : Function<OperatorCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor&,
                            const AssignmentPtr& a) {
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(a);
    const at::Tensor v = x * powers(*a, 1, x);
    const at::Tensor raw = overflowed(rounded(v, x, a->format.rounding), v, Limits(a->format));
    // No negative zero.
    const at::Tensor q = raw * powers(*a, -1, x) + 0.0;
    return a->k_hot > 0 ? projected(q, *a) : q;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr a = from_capsule(context->saved_data["assignment"]);
    const at::Tensor& dy = gradients[0];
    const Limits grid(a->format);
    const at::Tensor v = x * powers(*a, 1, x), unit = powers(*a, -1, x);
    const at::Tensor n = rounded(v, x, a->format.rounding);
    const at::Tensor raw = at::clamp(n, grid.low, grid.high);
    const at::Tensor inside = raw.eq(n);
    at::Tensor slope = at::where(inside, x, at::zeros_like(x)) - raw * unit;
    const bool jumps = kernels::jumps_outside(a->format);
    if (a->k_hot > 0 || jumps) {
      const at::Tensor q = overflowed(n, v, grid) * unit + 0.0;
      const at::Tensor p = a->k_hot > 0 ? projected(q, *a) : q;
      slope = slope + (q - p);
      if (jumps) slope = at::where(inside, slope, jump(p, x, n, unit, grid));
    }
    const at::Tensor terms = (dy * slope).to(at::kDouble);
    const auto channels = static_cast<std::int64_t>(a->frac_bits.size());
    const at::Tensor sums =
        (channels == 1 ? terms.sum().view({1}) : terms.reshape({channels, -1}).sum(1)) *
        std::numbers::ln2;
    if (a->count != nullptr) {
      a->count->overflows += x.numel() - inside.sum().item<std::int64_t>();
      a->count->values += x.numel();
    }
    return {at::where(inside, dy, at::zeros_like(dy)), sums.to(at::kFloat).cpu(), at::Tensor()};
  }
};

}  // namespace

at::Tensor operator_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& output) {
  if (counts_now(*output, {x, f})) count_values(x, *output);
  return OperatorCast::apply(x, f, output);
}

std::int64_t operator_overflows(const at::Tensor& x, const Assignment& a) {
  const Limits grid(a.format);
  const at::Tensor n = rounded(x * powers(a, 1, x), x, a.format.rounding);
  // Of a NaN neither comparison is true, and it counts.
  const at::Tensor inside = n.ge(grid.low).logical_and(n.le(grid.high));
  return x.numel() - inside.sum().item<std::int64_t>();
}

}  // namespace qfx::train
