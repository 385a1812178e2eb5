#include "train/ops/batch_norm/batch_norm_pair.h"

#include <algorithm>
#include <cmath>

#include "train/tensors/layout.h"
#include "train/ops/parameter_cast.h"

namespace qfx::train {
namespace {

std::vector<float> floats(const at::Tensor& t) {
  const at::Tensor row = t.contiguous();
  return {row.data_ptr<float>(), row.data_ptr<float>() + row.numel()};
}

at::Tensor to_float_tensor(const std::vector<double>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat);
}

at::Tensor cast_member(const std::vector<float>& values, const Assignment& assignment,
                       at::ScalarType type) {
  at::Tensor t = at::tensor(at::ArrayRef<float>(values), at::kFloat).to(type);
  with_carrier(t, [&](auto carrier) {
    using T = decltype(carrier);
    cast_array(t.data_ptr<T>(), t.data_ptr<T>(), point_extent(assignment, t.numel()), assignment);
  });
  return t;
}

// Through the cast of one member of the pair: d becomes the gradient of the uncast values.
at::Tensor member_backward(const std::vector<float>& values, std::vector<double>& d,
                           const Assignment& assignment) {
  const std::vector<double> x(values.begin(), values.end());
  std::vector<kernels::PointGradient> points;
  const auto count = static_cast<std::int64_t>(x.size());
  cast_array_backward(x.data(), d.data(), d.data(), point_extent(assignment, count), assignment,
                      points);
  return point_gradient(assignment, points, count);
}

}  // namespace

void set_moments(BatchNormCall& call, const std::vector<double>& sums,
                 const std::vector<double>& squares, std::int64_t values) {
  const std::size_t channels = sums.size();
  std::vector<double> all = sums;
  all.insert(all.end(), squares.begin(), squares.end());
  all.push_back(static_cast<double>(values));
  if (call.peers != nullptr) call.peers->add_up(all);
  const double count = all.back();
  call.values = static_cast<std::int64_t>(count);
  call.batch_mean.assign(channels, 0.0);
  call.batch_variance.assign(channels, 0.0);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = all[c] / count;
    call.batch_mean[c] = mean;
    call.batch_variance[c] = std::max(0.0, all[channels + c] / count - mean * mean);
  }
}

BatchNormPair fold(const BatchNormCall& call, const at::Tensor& gamma, const at::Tensor& beta,
                   at::ScalarType type) {
  BatchNormPair pair{call.folded_scale, call.folded_offset, {}, {}, {}};
  if (call.uses_batch()) {
    const std::vector<float> g = floats(gamma), b = floats(beta);
    for (std::size_t c = 0; c < g.size(); ++c) {
      const auto mean = static_cast<float>(call.batch_mean[c]);
      const auto variance = static_cast<float>(call.batch_variance[c]);
      pair.scale.push_back(g[c] / std::sqrt(variance + static_cast<float>(call.eps)));
      pair.offset.push_back(b[c] - mean * pair.scale[c]);
    }
  }
  pair.cast_scale = cast_member(pair.scale, *call.scale, type);
  pair.cast_offset = cast_member(pair.offset, *call.offset, type);
  pair.wide = affine_carrier(call.input, doubles(pair.cast_scale), call.scale->frac_bits,
                             doubles(pair.cast_offset), call.offset->frac_bits, call.node);
  return pair;
}

BatchNormGradients backward(const BatchNormCall& call, const BatchNormPair& pair,
                            const at::Tensor& gamma, std::vector<double> d_scale,
                            std::vector<double> d_offset) {
  BatchNormGradients d;
  d.f_scale = member_backward(pair.scale, d_scale, *call.scale);
  d.f_offset = member_backward(pair.offset, d_offset, *call.offset);
  // Through the moments every process's loss reaches every process's x; gamma and beta have their
  // gradients averaged with all others.
  const std::size_t channels = d_scale.size();
  std::vector<double> all = d_scale;
  all.insert(all.end(), d_offset.begin(), d_offset.end());
  if (call.uses_batch() && call.peers != nullptr) call.peers->add_up(all);
  // scale = gamma * inv, offset = beta - mean * scale, inv = 1 / sqrt(variance + eps)
  const std::vector<float> g = floats(gamma);
  std::vector<double> d_gamma;
  for (std::size_t c = 0; c < g.size(); ++c) {
    const double mean = call.uses_batch() ? call.batch_mean[c] : call.running_mean[c];
    const double variance = call.uses_batch() ? call.batch_variance[c] : call.running_var[c];
    const double inv = 1.0 / std::sqrt(variance + call.eps);
    d_gamma.push_back((d_scale[c] - mean * d_offset[c]) * inv);
    if (!call.uses_batch()) continue;
    const double d_mean = -static_cast<double>(pair.scale[c]) * all[channels + c];
    const double d_folded = all[c] - mean * all[channels + c];
    const double d_variance = -0.5 * inv * inv * inv * d_folded * g[c];
    const auto count = static_cast<double>(call.values);
    d.b.push_back(2.0 * d_variance / count);
    d.a.push_back(d_mean / count - d.b[c] * mean);
  }
  d.gamma = to_float_tensor(d_gamma);
  d.beta = to_float_tensor(d_offset);
  return d;
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
