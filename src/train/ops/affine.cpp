#include "train/ops/affine.h"

#include "train/blocks.h"
#include "train/layout.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// body(T{}, Wide{}) for the tensor's type and the proved one, which is never the narrower.
template <class Body>
void with_carriers(const at::Tensor& x, Carrier wide, const Body& body) {
  if (x.scalar_type() == at::kDouble) {
    body(double{}, double{});
  } else if (wide == Carrier::Float64) {
    body(float{}, double{});
  } else {
    body(float{}, float{});
  }
}

at::Tensor to_tensor(const std::vector<double>& values, const at::Tensor& like) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(like.scalar_type());
}

struct AffineCast : Function<AffineCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            const at::Tensor& scale, const at::Tensor& offset, const at::Tensor&,
                            const AssignmentPtr& assignment, Carrier wide) {
    const at::Tensor x = dense(input);
    at::Tensor y = at::empty_like(x);
    affine_forward(x, scale, offset, y, *assignment, wide);
    context->save_for_backward({x, scale, offset});
    context->saved_data["assignment"] = to_capsule(assignment);
    context->saved_data["wide"] = static_cast<std::int64_t>(wide);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &offset = saved[2];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const auto wide = static_cast<Carrier>(context->saved_data["wide"].toInt());
    const AffineGradients d = affine_backward(x, scale, offset, gradients[0], *assignment, wide);
    return {d.dx,
            to_tensor(d.scale, scale),
            to_tensor(d.offset, offset),
            point_gradient(*assignment, d.points, x.numel()),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor affine_cast(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                       const at::Tensor& f, const AssignmentPtr& assignment, Carrier wide) {
  return AffineCast::apply(x, scale, offset, f, assignment, wide);
}

void affine_forward(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                    at::Tensor& y, const Assignment& assignment, Carrier wide) {
  const Blocks blocks(channel_extent(x));
  with_carriers(x, wide, [&](auto carrier, auto proved) {
    using T = decltype(carrier);
    using Wide = decltype(proved);
    const T* from = x.data_ptr<T>();
    const T* slope = scale.data_ptr<T>();
    const T* shift = offset.data_ptr<T>();
    T* to = y.data_ptr<T>();
    blocks.run([&](std::int64_t, std::int64_t at, kernels::Extent part) {
      kernels::affine_cast<T, Wide>(from + at, slope, shift, to + at, part, assignment.format,
                                    assignment.frac_bits[0]);
    });
  });
}

AffineGradients affine_backward(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& offset, const at::Tensor& gradient,
                                const Assignment& assignment, Carrier wide) {
  const Blocks blocks(channel_extent(x));
  const auto channels = static_cast<std::size_t>(x.size(1));
  const at::Tensor dy = dense_like(gradient, x);
  AffineGradients d;
  d.dx = at::empty_like(x);
  d.points.resize(blocks.count());
  std::vector<double> scales(blocks.count() * channels), offsets(blocks.count() * channels);
  with_carriers(x, wide, [&](auto carrier, auto proved) {
    using T = decltype(carrier);
    using Wide = decltype(proved);
    const T* from = x.data_ptr<T>();
    const T* slope = scale.data_ptr<T>();
    const T* shift = offset.data_ptr<T>();
    const T* above = dy.data_ptr<T>();
    T* to = d.dx.data_ptr<T>();
    blocks.run([&](std::int64_t block, std::int64_t at, kernels::Extent part) {
      kernels::affine_cast_backward<T, Wide>(from + at, slope, shift, above + at, to + at, part,
                                             assignment.format, assignment.frac_bits[0],
                                             &scales[block * channels], &offsets[block * channels],
                                             &d.points[block]);
    });
  });
  d.scale.assign(channels, 0.0);
  d.offset.assign(channels, 0.0);
  for (std::int64_t block = 0; block < blocks.count(); ++block) {
    for (std::size_t c = 0; c < channels; ++c) {
      d.scale[c] += scales[block * channels + c];
      d.offset[c] += offsets[block * channels + c];
    }
  }
  return d;
}

}  // namespace qfx::train
