#include "train/ops/batch_norm/peer_batch_norm.h"

#include <cmath>

#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct Call : torch::CustomClassHolder {
  double eps = 0;
  const Peers* peers = nullptr;
  PeerMoments moments;
};
using CallPtr = c10::intrusive_ptr<Call>;

// Sums over every axis but the channels, of all processes: of a, then of b, then the values.
std::vector<double> summed(const at::Tensor& a, const at::Tensor& b, const Peers& peers) {
  const auto axes = all_but_channels(a);
  std::vector<double> all =
      doubles(at::cat({a.sum(axes, false, at::kDouble), b.sum(axes, false, at::kDouble)}));
  all.push_back(static_cast<double>(a.numel() / a.size(1)));
  peers.add_up(all);
  return all;
}

std::vector<double> inverse_deviations(const Call& call) {
  std::vector<double> all;
  for (const double variance : call.moments.variance)
    all.push_back(1 / std::sqrt(variance + call.eps));
  return all;
}

at::Tensor normalised(const at::Tensor& x, const Call& call) {
  return (x - along_channels(call.moments.mean, x)) * along_channels(inverse_deviations(call), x);
}

struct PeerBatchNorm : Function<PeerBatchNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& gamma,
                            const at::Tensor& beta, const CallPtr& call) {
    const at::Tensor wide = x.to(at::kDouble);
    const std::vector<double> sums = summed(wide, wide * wide, *call->peers);
    const auto channels = static_cast<std::size_t>(x.size(1));
    const double count = sums.back();
    PeerMoments& moments = call->moments;
    moments.values = static_cast<std::int64_t>(count);
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = sums[c] / count;
      moments.mean.push_back(mean);
      moments.variance.push_back(std::max(0.0, sums[channels + c] / count - mean * mean));
    }
    context->save_for_backward({x, gamma});
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    return normalised(x, *call) * along_channels(gamma, x) + along_channels(beta, x);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &gamma = saved[1], &dy = gradients[0];
    const auto call =
        c10::static_intrusive_pointer_cast<Call>(context->saved_data["call"].toCapsule());
    const at::Tensor n = normalised(x, *call);
    const auto axes = all_but_channels(x);
    const at::Tensor d_beta = dy.sum(axes), d_gamma = (dy * n).sum(axes);
    const std::vector<double> sums = summed(dy, dy * n, *call->peers);
    const auto channels = sums.size() / 2;
    std::vector<double> by_mean, by_variance;
    for (std::size_t c = 0; c < channels; ++c) {
      by_mean.push_back(sums[c] / sums.back());
      by_variance.push_back(sums[channels + c] / sums.back());
    }
    const at::Tensor scale =
        along_channels(gamma, x) * along_channels(inverse_deviations(*call), x);
    const at::Tensor dx =
        scale * (dy - along_channels(by_mean, x) - n * along_channels(by_variance, x));
    return {dx, d_gamma, d_beta, at::Tensor()};
  }
};

}  // namespace

at::Tensor peer_batch_norm(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           double eps, const Peers& peers, PeerMoments& moments) {
  const auto call = c10::make_intrusive<Call>();
  call->eps = eps;
  call->peers = &peers;
  at::Tensor y = PeerBatchNorm::apply(x, gamma, beta, call);
  moments = call->moments;
  return y;
}

}  // namespace qfx::train
