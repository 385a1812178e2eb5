// The learned binary points: Adam with a learning rate of their own, and their freezing.
//
// Near the end of training a point that sits between two integers flips at every step and the
// network never settles. So, as TQT proposes (arXiv 1903.08066), once `freeze_after` of the phase
// has passed the points freeze one by one: the one of smallest average gradient first, when it is
// at the integer where it has spent most of its time lately. What is left goes there before the
// last tenth of that time.
//
// Time, not the mean of f, which lies on the border between the two whatever they cost. A point
// that flips between F and F + 1 is pushed up by g(F) in the one and down by g(F + 1) in the other,
// and rests where the pushes cancel: its time in F is to its time in F + 1 as g(F + 1) to g(F). So
// it is longer in the one whose loss is less (by the trapezoidal rule on the loss from F to F + 1).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "qfx/graph/spec.h"

namespace qfx::steps {

struct PointSettings {
  double learning_rate = 1e-2;
  double freeze_after = 0.7;  // the part of the phase after which points start to freeze
};

// The points of one tensor: the real numbers f, one or one per channel, which the optimizer moves
// where they lie.
struct PointRow {
  graph::QuantSpec spec;
  std::span<float> f;
};

class PointOptimizer {
 public:
  // steps: of the phase.
  PointOptimizer(const PointSettings& settings, const std::vector<PointRow>& rows,
                 std::int64_t steps);

  // One step along the gradients of f, as long as each row or empty where none came; then freezes
  // what is due at `step` of the phase.
  void step(const std::vector<std::span<const float>>& gradients, std::int64_t step,
            double learning_rate_factor);

  std::int64_t frozen_count() const;
  std::int64_t count() const { return static_cast<std::int64_t>(entries_.size()); }

  // By "points.first", "points.second", "points.gradient", "points.average", "points.frozen".
  std::map<std::string, std::vector<float>> state() const;
  // Points of a shorter phase that had frozen move again until it is time in this one.
  void load_state(const std::map<std::string, std::vector<float>>& state, std::int64_t steps);

 private:
  struct Entry {
    std::size_t row = 0, channel = 0;
    float first = 0, second = 0;  // Adam
    float gradient = 0;           // moving average of |gradient|
    float average = 0;            // moving average of F
    bool frozen = false;
  };

  float& value(const Entry& entry) const { return rows_[entry.row].f[entry.channel]; }
  const graph::QuantSpec& spec(const Entry& entry) const { return rows_[entry.row].spec; }
  void move(Entry& entry, float gradient, double learning_rate);
  void freeze_due(std::int64_t step);

  PointSettings settings_;
  std::int64_t phase_steps_ = 0, adam_steps_ = 0;
  std::vector<PointRow> rows_;
  std::vector<Entry> entries_;
};

}  // namespace qfx::steps
