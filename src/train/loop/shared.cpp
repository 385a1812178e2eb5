#include "train/loop/shared.h"

#include <vector>

#include "train/loop/optimizer.h"

namespace qfx::train {
namespace {

// The tensors one after the other.
at::Tensor flat(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> rows;
  for (const at::Tensor& t : tensors) rows.push_back(t.detach().reshape({-1}));
  return at::cat(rows);
}

void unflatten(const at::Tensor& all, std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_grad;
  std::int64_t at = 0;
  for (at::Tensor& t : tensors) {
    t.copy_(all.slice(0, at, at + t.numel()).view(t.sizes()));
    at += t.numel();
  }
}

}  // namespace

steps::AddUp add_up_of(const Peers& peers) {
  if (peers.is_alone()) return {};
  return [&peers](std::vector<double>& row) { peers.add_up(row); };
}

void share_tensors(Network& network, const Peers& peers) {
  if (peers.is_alone()) return;
  std::vector<at::Tensor> tensors;
  for (const auto& [name, tensor] : network.state()) tensors.push_back(tensor);
  at::Tensor all = flat(tensors);
  if (!peers.is_first()) all.zero_();
  peers.add_up(all);
  unflatten(all, tensors);
  for (Point* point : network.points()) {
    if (point->is_set()) point->set(point->values());
  }
}

void average_gradients(Network& network, const Peers& peers) {
  if (peers.is_alone()) return;
  std::vector<at::Tensor> gradients;
  for (const Trained& t : trained_tensors(network)) {
    if (t.value.grad().defined()) gradients.push_back(t.value.grad());
  }
  for (const Point* point : network.points()) {
    if (point->trains() && point->f.grad().defined()) gradients.push_back(point->f.grad());
  }
  at::Tensor all = flat(gradients);
  peers.add_up(all);
  all.div_(peers.size());
  unflatten(all, gradients);
}

void gather_counts(Network& network, const Peers& peers, bool everywhere) {
  if (peers.is_alone()) return;
  const std::vector<Point*> points = network.points();
  std::vector<double> counts;
  for (const Point* point : points) {
    counts.push_back(static_cast<double>(point->count.overflows));
    counts.push_back(static_cast<double>(point->count.values));
  }
  peers.add_up(counts);
  const bool keeps = everywhere || peers.is_first();
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i]->count = {};
    if (keeps)
      points[i]->count = {static_cast<std::int64_t>(counts[2 * i]),
                          static_cast<std::int64_t>(counts[2 * i + 1])};
  }
}

}  // namespace qfx::train
