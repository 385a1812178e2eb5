#include "train/loop/learned_points.h"

namespace qfx::train {
namespace {

std::vector<steps::PointRow> rows_of(const std::vector<Point*>& points) {
  std::vector<steps::PointRow> rows;
  for (const Point* point : points)
    rows.push_back(
        {point->spec, {point->f.data_ptr<float>(), static_cast<std::size_t>(point->channels)}});
  return rows;
}

}  // namespace

std::vector<Point*> trained_points(Network& network) {
  std::vector<Point*> all;
  for (Point* point : network.points()) {
    if (point->trains()) all.push_back(point);
  }
  return all;
}

LearnedPoints::LearnedPoints(const steps::PointSettings& settings, std::vector<Point*> points,
                             std::int64_t steps)
    : points_(std::move(points)), optimizer_(settings, rows_of(points_), steps) {}

void LearnedPoints::step(std::int64_t step, double learning_rate_factor) {
  std::vector<std::span<const float>> gradients;
  for (const Point* point : points_) {
    const at::Tensor& gradient = point->f.grad();
    gradients.push_back(gradient.defined()
                            ? std::span<const float>(gradient.data_ptr<float>(),
                                                     static_cast<std::size_t>(gradient.numel()))
                            : std::span<const float>());
  }
  optimizer_.step(gradients, step, learning_rate_factor);
  for (Point* point : points_) point->refresh();
}

void LearnedPoints::zero_gradients() {
  for (Point* point : points_) point->f.mutable_grad().reset();
}

}  // namespace qfx::train
