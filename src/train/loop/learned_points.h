// The points of a network that train, and their optimizer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/network/network.h"

#include "qfx/steps/point_optimizer.h"

namespace qfx::train {

std::vector<Point*> trained_points(Network& network);

class LearnedPoints {
 public:
  // steps: of the phase.
  LearnedPoints(const steps::PointSettings& settings, std::vector<Point*> points,
                std::int64_t steps);

  // One step along the gradients of f; then freezes what is due at `step` of the phase.
  void step(std::int64_t step, double learning_rate_factor);
  void zero_gradients();

  const steps::PointOptimizer& optimizer() const { return optimizer_; }
  steps::PointOptimizer& optimizer() { return optimizer_; }

 private:
  std::vector<Point*> points_;
  steps::PointOptimizer optimizer_;
};

}  // namespace qfx::train
