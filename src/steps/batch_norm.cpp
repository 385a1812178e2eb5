#include "qfx/steps/batch_norm.h"

#include <algorithm>
#include <cmath>

namespace qfx::steps {
namespace {

template <class T>
void cast_member(const std::vector<float>& values, const Assignment& assignment, T* to) {
  std::copy(values.begin(), values.end(), to);
  cast_array(to, to, point_extent(assignment, std::ssize(values)), assignment);
}

// Through the cast of one member of the pair: d becomes the gradient of the uncast values.
std::vector<float> member_backward(const std::vector<float>& values, std::vector<double>& d,
                                   const Assignment& assignment) {
  const std::vector<double> x(values.begin(), values.end());
  const std::int64_t count = std::ssize(x);
  return point_gradient(assignment,
                        cast_array_backward(x.data(), d.data(), d.data(),
                                            point_extent(assignment, count), assignment),
                        count);
}

// Where one value lies.
template <class T>
Grid grid_of_value(T value, const Assignment& assignment, std::size_t c) {
  const std::vector<int>& bits = assignment.frac_bits;
  const int frac_bits = bits.size() == 1 ? bits[0] : bits[c];
  return {frac_bits, std::abs(std::ldexp(static_cast<double>(value), frac_bits))};
}

std::vector<double> joined(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

}  // namespace

Moments moments_of(const std::vector<double>& sums, const std::vector<double>& squares,
                   std::int64_t values, const AddUp& add_up) {
  std::vector<double> all = joined(sums, squares);
  all.push_back(static_cast<double>(values));
  if (add_up) add_up(all);
  const double count = all.back();
  Moments moments{.mean = {}, .variance = {}, .values = static_cast<std::int64_t>(count)};
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double mean = all[c] / count;
    moments.mean.push_back(mean);
    moments.variance.push_back(std::max(0.0, all[sums.size() + c] / count - mean * mean));
  }
  return moments;
}

void move_statistics(const Moments& batch, double momentum, float* running_mean,
                     float* running_var) {
  const auto count = static_cast<double>(batch.values);
  const double unbiased = count > 1 ? count / (count - 1) : 1;
  const auto move = [&](float& running, double seen) {
    running = static_cast<float>((1 - momentum) * running + seen);
  };
  for (std::size_t c = 0; c < batch.mean.size(); ++c) {
    move(running_mean[c], momentum * batch.mean[c]);
    move(running_var[c], momentum * batch.variance[c] * unbiased);
  }
}

graph::FoldedPair fold_pair(const Moments& moments, std::span<const float> gamma,
                            std::span<const float> beta, double eps) {
  const std::vector<float> mean(moments.mean.begin(), moments.mean.end());
  const std::vector<float> variance(moments.variance.begin(), moments.variance.end());
  return graph::fold_pair(gamma, beta, mean, variance, eps);
}

template <class T>
Carrier cast_pair(const graph::FoldedPair& pair, const BatchNormCasts& casts, T* scale, T* offset) {
  cast_member(pair.scale, *casts.scale, scale);
  cast_member(pair.offset, *casts.offset, offset);
  Carrier carrier = Carrier::Float32;
  for (std::size_t c = 0; c < pair.scale.size(); ++c) {
    const Grid total = sum(product(casts.input, grid_of_value(scale[c], *casts.scale, c)),
                           grid_of_value(offset[c], *casts.offset, c));
    carrier = std::max(carrier, carrier_for(total, casts.node));
  }
  return carrier;
}

BatchNormGradient batch_norm_backward(const BatchNormCasts& casts, const Moments& moments,
                                      const graph::FoldedPair& pair, std::span<const float> gamma,
                                      std::vector<double> d_scale, std::vector<double> d_offset) {
  BatchNormGradient d;
  d.f_scale = member_backward(pair.scale, d_scale, *casts.scale);
  d.f_offset = member_backward(pair.offset, d_offset, *casts.offset);
  d.beta.assign(d_offset.begin(), d_offset.end());
  // Through the moments every process's loss reaches every process's x; gamma and beta have their
  // gradients averaged with all others.
  const std::size_t channels = d_scale.size();
  std::vector<double> all = joined(d_scale, d_offset);
  if (casts.uses_batch() && casts.add_up) casts.add_up(all);
  // scale = gamma * inv, offset = beta - mean * scale, inv = 1 / sqrt(variance + eps)
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = moments.mean[c];
    const double inv = 1.0 / std::sqrt(moments.variance[c] + casts.eps);
    d.gamma.push_back(static_cast<float>((d_scale[c] - mean * d_offset[c]) * inv));
    if (!casts.uses_batch()) continue;
    const double d_mean = -static_cast<double>(pair.scale[c]) * all[channels + c];
    const double d_folded = all[c] - mean * all[channels + c];
    const double d_variance = -0.5 * inv * inv * inv * d_folded * gamma[c];
    const auto count = static_cast<double>(moments.values);
    d.b.push_back(2.0 * d_variance / count);
    d.a.push_back(d_mean / count - d.b[c] * mean);
  }
  return d;
}

template Carrier cast_pair(const graph::FoldedPair&, const BatchNormCasts&, float*, float*);
template Carrier cast_pair(const graph::FoldedPair&, const BatchNormCasts&, double*, double*);

}  // namespace qfx::steps
