#include "train/ops/batch_norm/peer_batch_norm.h"

#include <cmath>
#include <memory>

#include "train/ops/batch_norm/batch_moments.h"
#include "train/ops/differentiable.h"
#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

// What both ways of one call share.
struct PeersFound {
  double eps = 0;
  steps::AddUp add_up;
  steps::Moments moments;

  std::vector<double> inverse_deviations() const {
    std::vector<double> all;
    for (const double variance : moments.variance) all.push_back(1 / std::sqrt(variance + eps));
    return all;
  }
};

at::Tensor normalised(const at::Tensor& x, const PeersFound& found) {
  return (x - along_channels(found.moments.mean, x)) *
         along_channels(found.inverse_deviations(), x);
}

at::Tensor peer_forward(const Tensors& inputs, PeersFound& found) {
  const at::Tensor& x = inputs[0];
  found.moments = batch_moments(x, found.add_up);
  return normalised(x, found) * along_channels(inputs[1], x) + along_channels(inputs[2], x);
}

// Through the moments every process's loss reaches every process's x.
Tensors peer_backward(const BackwardCall& call, const PeersFound& found) {
  const at::Tensor &x = call.kept[0], &gamma = call.kept[1], &dy = call.dy[0];
  const at::Tensor n = normalised(x, found);
  const auto axes = all_but_channels(x);
  const at::Tensor d_beta = dy.sum(axes), d_gamma = (dy * n).sum(axes);
  const auto [of_dy, of_dy_n] = channel_sums(dy, dy * n);
  std::vector<double> all = of_dy;
  all.insert(all.end(), of_dy_n.begin(), of_dy_n.end());
  all.push_back(static_cast<double>(x.numel() / x.size(1)));
  found.add_up(all);
  std::vector<double> by_mean, by_variance;
  for (std::size_t c = 0; c < of_dy.size(); ++c) {
    by_mean.push_back(all[c] / all.back());
    by_variance.push_back(all[of_dy.size() + c] / all.back());
  }
  const at::Tensor scale = along_channels(gamma, x) * along_channels(found.inverse_deviations(), x);
  const at::Tensor dx =
      scale * (dy - along_channels(by_mean, x) - n * along_channels(by_variance, x));
  return {dx, d_gamma, d_beta};
}

}  // namespace

at::Tensor peer_batch_norm(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           double eps, const steps::AddUp& add_up, steps::Moments& measured) {
  const auto found = std::make_shared<PeersFound>(PeersFound{eps, add_up, {}});
  const Tensors y = differentiable(
      {x, gamma, beta},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0], inputs[1]};
        return {peer_forward(inputs, *found)};
      },
      [found](const BackwardCall& call) { return peer_backward(call, *found); });
  measured = found->moments;
  return y[0];
}

}  // namespace qfx::train
