#include "train/ops/parameter_cast.h"

#include <cmath>
#include <numbers>

#include "train/tensors/layout.h"
#include "train/ops/overflow_count.h"

#include "qfx/kernels/khot.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct ParameterCast : Function<ParameterCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor&,
                            const AssignmentPtr& assignment) {
    const at::Tensor x = input.contiguous();
    at::Tensor y = at::empty_like(x);
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      cast_array(x.data_ptr<T>(), y.data_ptr<T>(), point_extent(*assignment, x.numel()),
                 *assignment);
    });
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(assignment);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const at::Tensor dy = gradients[0].contiguous();
    at::Tensor dx = at::empty_like(x);
    std::vector<kernels::PointGradient> points;
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      cast_array_backward(x.data_ptr<T>(), dy.data_ptr<T>(), dx.data_ptr<T>(),
                          point_extent(*assignment, x.numel()), *assignment, points);
    });
    return {dx, point_gradient(*assignment, points, x.numel()), at::Tensor()};
  }
};

}  // namespace

at::Tensor parameter_cast(const at::Tensor& x, const at::Tensor& f,
                          const AssignmentPtr& assignment) {
  if (counts_now(*assignment, {x, f})) count_values(x.contiguous(), *assignment);
  return ParameterCast::apply(x, f, assignment);
}

kernels::Extent point_extent(const Assignment& assignment, std::int64_t elements) {
  const auto channels = static_cast<std::int64_t>(assignment.frac_bits.size());
  return {1, channels, elements / channels};
}

template <class T>
void cast_array(const T* x, T* y, kernels::Extent extent, const Assignment& a) {
  kernels::fake_cast(x, y, extent, a.format, a.frac_bits.data());
  if (a.k_hot > 0) {
    kernels::project_khot(y, extent, a.k_hot, a.signed_digits, a.format, a.frac_bits.data());
  }
}

template <class T>
void cast_array_backward(const T* x, const T* dy, T* dx, kernels::Extent extent,
                         const Assignment& a, std::vector<kernels::PointGradient>& points) {
  points.assign(a.frac_bits.size(), {});
  std::vector<double> corrections(points.size(), 0.0);
  if (a.k_hot > 0) {
    // The kernel's gradient has q, the cast; the forward's result is p, the projection. In range
    // and saturated alike the difference is ln2 * (q - p) * dy; where q jumped out of the range,
    // a step or more away from x, it is (p - q) * dy.
    std::vector<T> q(extent.size());
    kernels::fake_cast(x, q.data(), extent, a.format, a.frac_bits.data());
    std::vector<T> p = q;
    kernels::project_khot(p.data(), extent, a.k_hot, a.signed_digits, a.format, a.frac_bits.data());
    for (std::int64_t i = 0; i < extent.size(); ++i) {
      const std::int64_t c = i / extent.inner;
      const double step = std::ldexp(1.0, -a.frac_bits[c]);
      const bool jumped =
          kernels::jumps_outside(a.format) && std::abs(static_cast<double>(x[i]) - q[i]) >= step;
      if (jumped && !a.format.is_signed && x[i] < 0) continue;  // pulls at nothing
      corrections[c] += (jumped ? -1.0 : std::numbers::ln2) * (static_cast<double>(q[i]) - p[i]) *
                        static_cast<double>(dy[i]);
    }
  }
  kernels::fake_cast_backward(x, dy, dx, extent, a.format, a.frac_bits.data(), points.data());
  for (std::size_t c = 0; c < points.size(); ++c) points[c].df += corrections[c];
}

template void cast_array(const float*, float*, kernels::Extent, const Assignment&);
template void cast_array(const double*, double*, kernels::Extent, const Assignment&);
template void cast_array_backward(const float*, const float*, float*, kernels::Extent,
                                  const Assignment&, std::vector<kernels::PointGradient>&);
template void cast_array_backward(const double*, const double*, double*, kernels::Extent,
                                  const Assignment&, std::vector<kernels::PointGradient>&);

}  // namespace qfx::train
