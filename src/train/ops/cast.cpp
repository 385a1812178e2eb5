#include "train/ops/cast.h"

#include "train/blocks.h"
#include "train/layout.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct CastKernel {
  template <class T>
  static void forward(const T* x, T* y, kernels::Extent extent, const Assignment& a) {
    kernels::fake_cast(x, y, extent, a.format, a.frac_bits.data());
  }
  template <class T>
  static void backward(const T* x, const T* dy, T* dx, kernels::Extent extent, const Assignment& a,
                       kernels::PointGradient* points) {
    kernels::fake_cast_backward(x, dy, dx, extent, a.format, a.frac_bits.data(), points);
  }
};

struct ReluKernel {
  template <class T>
  static void forward(const T* x, T* y, kernels::Extent extent, const Assignment& a) {
    kernels::relu_cast(x, y, extent, a.format, a.frac_bits.data());
  }
  template <class T>
  static void backward(const T* x, const T* dy, T* dx, kernels::Extent extent, const Assignment& a,
                       kernels::PointGradient* points) {
    kernels::relu_cast_backward(x, dy, dx, extent, a.format, a.frac_bits.data(), points);
  }
};

// One fused pass each way; only x is kept.
template <class Kernel>
struct ActivationCast : Function<ActivationCast<Kernel>> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor&,
                            const AssignmentPtr& assignment) {
    const at::Tensor x = dense(input);
    at::Tensor y = at::empty_like(x);
    const Blocks blocks(flat_extent(x));
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      T* to = y.data_ptr<T>();
      blocks.run([&](std::int64_t, std::int64_t offset, kernels::Extent part) {
        Kernel::forward(from + offset, to + offset, part, *assignment);
      });
    });
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(assignment);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const at::Tensor dy = dense_like(gradients[0], x);
    at::Tensor dx = at::empty_like(x);
    const Blocks blocks(flat_extent(x));
    std::vector<kernels::PointGradient> points(blocks.count());
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      const T* above = dy.data_ptr<T>();
      T* to = dx.data_ptr<T>();
      blocks.run([&](std::int64_t block, std::int64_t offset, kernels::Extent part) {
        Kernel::backward(from + offset, above + offset, to + offset, part, *assignment,
                         &points[block]);
      });
    });
    return {dx, point_gradient(*assignment, points, x.numel()), at::Tensor()};
  }
};

struct AddCast : Function<AddCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& first,
                            const at::Tensor& second, const at::Tensor&,
                            const AssignmentPtr& assignment) {
    const at::Tensor a = dense(first);
    const at::Tensor b = dense_like(second, a);
    at::Tensor y = at::empty_like(a);
    const Blocks blocks(flat_extent(a));
    with_carrier(a, [&](auto carrier) {
      using T = decltype(carrier);
      const T* left = a.data_ptr<T>();
      const T* right = b.data_ptr<T>();
      T* to = y.data_ptr<T>();
      blocks.run([&](std::int64_t, std::int64_t offset, kernels::Extent part) {
        kernels::add_cast(left + offset, right + offset, to + offset, part, assignment->format,
                          assignment->frac_bits.data());
      });
    });
    context->save_for_backward({a, b});
    context->saved_data["assignment"] = to_capsule(assignment);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& a = saved[0];
    const at::Tensor& b = saved[1];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const at::Tensor dy = dense_like(gradients[0], a);
    at::Tensor d = at::empty_like(a);
    const Blocks blocks(flat_extent(a));
    std::vector<kernels::PointGradient> points(blocks.count());
    with_carrier(a, [&](auto carrier) {
      using T = decltype(carrier);
      const T* left = a.data_ptr<T>();
      const T* right = b.data_ptr<T>();
      const T* above = dy.data_ptr<T>();
      T* to = d.data_ptr<T>();
      blocks.run([&](std::int64_t block, std::int64_t offset, kernels::Extent part) {
        kernels::add_cast_backward(left + offset, right + offset, above + offset, to + offset, part,
                                   assignment->format, assignment->frac_bits.data(),
                                   &points[block]);
      });
    });
    return {d, d, point_gradient(*assignment, points, a.numel()), at::Tensor()};
  }
};

}  // namespace

at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment) {
  return ActivationCast<CastKernel>::apply(x, f, assignment);
}

at::Tensor relu_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment) {
  return ActivationCast<ReluKernel>::apply(x, f, assignment);
}

at::Tensor add_cast(const at::Tensor& a, const at::Tensor& b, const at::Tensor& f,
                    const AssignmentPtr& assignment) {
  return AddCast::apply(a, b, f, assignment);
}

}  // namespace qfx::train
