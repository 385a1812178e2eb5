#include "train/ops/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "train/layout.h"
#include "train/ops/affine.h"
#include "train/ops/channel_sums.h"
#include "train/ops/parameter_cast.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

std::vector<float> floats(const at::Tensor& t) {
  const at::Tensor row = t.contiguous();
  return {row.data_ptr<float>(), row.data_ptr<float>() + row.numel()};
}

at::Tensor to_float_tensor(const std::vector<double>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat);
}

// The pair before its casts. From the batch: graph::fold_pair's formula on the batch's moments.
void fold(BatchNormCall& call, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
          std::vector<float>& scale, std::vector<float>& offset) {
  if (!call.folded_scale.empty()) {
    scale = call.folded_scale;
    offset = call.folded_offset;
    return;
  }
  Moments moments = channel_moments(x);
  const std::vector<float> g = floats(gamma), b = floats(beta);
  scale.resize(g.size());
  offset.resize(g.size());
  for (std::size_t c = 0; c < g.size(); ++c) {
    const auto mean = static_cast<float>(moments.mean[c]);
    const auto variance = static_cast<float>(moments.variance[c]);
    scale[c] = g[c] / std::sqrt(variance + static_cast<float>(call.eps));
    offset[c] = b[c] - mean * scale[c];
  }
  call.batch_mean = std::move(moments.mean);
  call.batch_variance = std::move(moments.variance);
}

at::Tensor cast_pair_member(const std::vector<float>& values, const Assignment& assignment,
                            at::ScalarType type) {
  at::Tensor t = at::tensor(at::ArrayRef<float>(values), at::kFloat).to(type);
  with_carrier(t, [&](auto carrier) {
    using T = decltype(carrier);
    cast_array(t.data_ptr<T>(), t.data_ptr<T>(), point_extent(assignment, t.numel()), assignment);
  });
  return t;
}

std::vector<double> doubles(const at::Tensor& t) {
  const at::Tensor wide = t.to(at::kDouble);
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

// Through the cast of one member of the pair: d becomes the gradient of the uncast values.
at::Tensor pair_member_backward(const std::vector<float>& values, std::vector<double>& d,
                                const Assignment& assignment) {
  const std::vector<double> x(values.begin(), values.end());
  std::vector<kernels::PointGradient> points;
  const auto count = static_cast<std::int64_t>(x.size());
  cast_array_backward(x.data(), d.data(), d.data(), point_extent(assignment, count), assignment,
                      points);
  return point_gradient(assignment, points, count);
}

struct BatchNormCast : Function<BatchNormCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            const at::Tensor& gamma, const at::Tensor& beta, const at::Tensor&,
                            const at::Tensor&, const at::Tensor&, const BatchNormCallPtr& call) {
    const at::Tensor x = dense(input);
    std::vector<float> scale, offset;
    fold(*call, x, gamma, beta, scale, offset);
    const at::Tensor cast_scale = cast_pair_member(scale, *call->scale, x.scalar_type());
    const at::Tensor cast_offset = cast_pair_member(offset, *call->offset, x.scalar_type());
    const Carrier wide = affine_carrier(call->input, doubles(cast_scale), call->scale->frac_bits,
                                        doubles(cast_offset), call->offset->frac_bits, call->node);
    at::Tensor y = at::empty_like(x);
    affine_forward(x, cast_scale, cast_offset, y, *call->output, wide);
    context->save_for_backward({x, gamma, cast_scale, cast_offset,
                                at::tensor(at::ArrayRef<float>(scale), at::kFloat),
                                at::tensor(at::ArrayRef<float>(offset), at::kFloat)});
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    context->saved_data["wide"] = static_cast<std::int64_t>(wide);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const auto call =
        c10::static_intrusive_pointer_cast<BatchNormCall>(context->saved_data["call"].toCapsule());
    const auto wide = static_cast<Carrier>(context->saved_data["wide"].toInt());
    AffineGradients d = affine_backward(x, saved[2], saved[3], gradients[0], *call->output, wide);
    const at::Tensor df_output = point_gradient(*call->output, d.points, x.numel());
    const std::vector<float> scale = floats(saved[4]), offset = floats(saved[5]);
    const at::Tensor df_scale = pair_member_backward(scale, d.scale, *call->scale);
    const at::Tensor df_offset = pair_member_backward(offset, d.offset, *call->offset);

    // scale = gamma * inv, offset = beta - mean * scale, inv = 1 / sqrt(variance + eps)
    const bool from_batch = call->folded_scale.empty();
    const std::size_t channels = scale.size();
    const std::vector<float> gamma = floats(saved[1]);
    std::vector<double> d_gamma(channels), constant(channels), slope(channels);
    const double count = static_cast<double>(x.numel()) / static_cast<double>(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = from_batch ? call->batch_mean[c] : call->running_mean[c];
      const double variance = from_batch ? call->batch_variance[c] : call->running_var[c];
      const double inv = 1.0 / std::sqrt(variance + call->eps);
      const double d_scale = d.scale[c] - mean * d.offset[c];
      d_gamma[c] = d_scale * inv;
      if (from_batch) {
        const double d_mean = -static_cast<double>(scale[c]) * d.offset[c];
        const double d_variance = -0.5 * inv * inv * inv * d_scale * gamma[c];
        slope[c] = 2.0 * d_variance / count;
        constant[c] = d_mean / count - slope[c] * mean;
      }
    }
    if (from_batch) add_channel_line(x, constant, slope, d.dx);
    return {d.dx,
            to_float_tensor(d_gamma),
            to_float_tensor(d.offset),
            df_scale,
            df_offset,
            df_output,
            at::Tensor()};
  }
};

}  // namespace

at::Tensor batch_norm_cast(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           const at::Tensor& f_scale, const at::Tensor& f_offset,
                           const at::Tensor& f_output, const BatchNormCallPtr& call) {
  return BatchNormCast::apply(x, gamma, beta, f_scale, f_offset, f_output, call);
}

Carrier affine_carrier(const Grid& x, const std::vector<double>& scale,
                       const std::vector<int>& scale_frac_bits, const std::vector<double>& offset,
                       const std::vector<int>& offset_frac_bits, const std::string& node) {
  const auto member = [](double value, const std::vector<int>& frac_bits, std::size_t c) {
    const int bits = frac_bits.size() == 1 ? frac_bits[0] : frac_bits[c];
    return Grid{bits, std::abs(std::ldexp(value, bits))};
  };
  Carrier carrier = Carrier::Float32;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const Grid total = sum(product(x, member(scale[c], scale_frac_bits, c)),
                           member(offset[c], offset_frac_bits, c));
    carrier = std::max(carrier, carrier_for(total, node));
  }
  return carrier;
}

}  // namespace qfx::train
