#include "train/ops/any_device/operator_cast.h"

#include <cmath>
#include <numbers>

#include "train/ops/any_device/cast_formulas.h"
#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/kernels/khot.h"

namespace qfx::train {
namespace {

// On the processor, where the kernel is.
at::Tensor projected(const at::Tensor& values, const steps::Assignment& a) {
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

at::Tensor cast_by_formula(const at::Tensor& x, const steps::Assignment& a) {
  const at::Tensor v = x * powers(a, 1, x);
  const at::Tensor raw = overflowed(rounded(v, x, a.format.rounding), v, Limits(a.format));
  // No negative zero.
  const at::Tensor q = raw * powers(a, -1, x) + 0.0;
  return a.k_hot > 0 ? projected(q, a) : q;
}

Tensors cast_gradients(const at::Tensor& x, const at::Tensor& dy, const steps::Assignment& a) {
  const Limits grid(a.format);
  const at::Tensor v = x * powers(a, 1, x), unit = powers(a, -1, x);
  const at::Tensor n = rounded(v, x, a.format.rounding);
  const at::Tensor raw = at::clamp(n, grid.low, grid.high);
  const at::Tensor inside = raw.eq(n);
  at::Tensor slope = at::where(inside, x, at::zeros_like(x)) - raw * unit;
  const bool jumps = kernels::jumps_outside(a.format);
  if (a.k_hot > 0 || jumps) {
    const at::Tensor q = overflowed(n, v, grid) * unit + 0.0;
    const at::Tensor p = a.k_hot > 0 ? projected(q, a) : q;
    slope = slope + (q - p);
    if (jumps) slope = at::where(inside, slope, jump(p, x, n, unit, grid));
  }
  const at::Tensor terms = (dy * slope).to(at::kDouble);
  const auto channels = static_cast<std::int64_t>(a.frac_bits.size());
  const at::Tensor sums =
      (channels == 1 ? terms.sum().view({1}) : terms.reshape({channels, -1}).sum(1)) *
      std::numbers::ln2;
  if (a.count != nullptr) {
    a.count->overflows += x.numel() - inside.sum().item<std::int64_t>();
    a.count->values += x.numel();
  }
  return {at::where(inside, dy, at::zeros_like(dy)), sums.to(at::kFloat).cpu()};
}

}  // namespace

at::Tensor operator_cast(const at::Tensor& x, const at::Tensor& f,
                         const steps::AssignmentPtr& output) {
  if (counts_now(*output, {x, f})) count_values(x, *output);
  return differentiable(
      {x, f},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {cast_by_formula(inputs[0], *output)};
      },
      [output](const BackwardCall& call) {
        return cast_gradients(call.kept[0], call.dy[0], *output);
      })[0];
}

}  // namespace qfx::train
