// What a Trainer does together with the other processes of its run.
#include <algorithm>

#include "train/loop/trainer.h"

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

steps::AddUp Trainer::add_up() const {
  if (context_.peers.is_alone()) return {};
  return [&peers = context_.peers](std::vector<double>& row) { peers.add_up(row); };
}

// Seeds and calibration give every process the same; this makes it so on machines that differ.
void Trainer::share_tensors() {
  if (context_.peers.is_alone()) return;
  std::vector<at::Tensor> tensors;
  for (const auto& [name, tensor] : network_.state()) tensors.push_back(tensor);
  at::Tensor all = flat(tensors);
  if (!context_.peers.is_first()) all.zero_();
  context_.peers.add_up(all);
  unflatten(all, tensors);
  for (Point* point : network_.points()) {
    if (point->is_set()) point->set(point->values());
  }
}

// One sum for all of them. Every process has as many samples, so the mean of the means is the mean.
void Trainer::average_gradients() {
  if (context_.peers.is_alone()) return;
  std::vector<at::Tensor> gradients;
  for (const Trained& t : trained_tensors(network_)) {
    if (t.value.grad().defined()) gradients.push_back(t.value.grad());
  }
  for (const Point* point : network_.points()) {
    if (point->trains() && point->f.grad().defined()) gradients.push_back(point->f.grad());
  }
  at::Tensor all = flat(gradients);
  context_.peers.add_up(all);
  all.div_(context_.peers.size());
  unflatten(all, gradients);
}

void Trainer::gather_counts(bool everywhere) {
  if (context_.peers.is_alone()) return;
  const std::vector<Point*> points = network_.points();
  std::vector<double> counts;
  for (const Point* point : points) {
    counts.push_back(static_cast<double>(point->count.overflows));
    counts.push_back(static_cast<double>(point->count.values));
  }
  context_.peers.add_up(counts);
  const bool keeps = everywhere || context_.peers.is_first();
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i]->count = {};
    if (keeps)
      points[i]->count = {static_cast<std::int64_t>(counts[2 * i]),
                          static_cast<std::int64_t>(counts[2 * i + 1])};
  }
}

}  // namespace qfx::train
