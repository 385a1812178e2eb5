#include "train/loop/schedule.h"

#include <cmath>
#include <numbers>

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

double scheduled(const frontends::Optimizer& optimizer, double step, double steps,
                 double steps_per_epoch) {
  switch (optimizer.schedule) {
    case frontends::Schedule::Constant:
      return 1;
    case frontends::Schedule::Cosine:
      return 0.5 * (1 + std::cos(std::numbers::pi * step / steps));
    case frontends::Schedule::Step: {
      double factor = 1;
      for (double epoch : optimizer.step_epochs) {
        if (step >= epoch * steps_per_epoch) factor *= optimizer.step_factor;
      }
      return factor;
    }
  }
  internal_error("a schedule that is none");
}

}  // namespace

double learning_rate_factor(const frontends::Optimizer& optimizer, std::int64_t step,
                            std::int64_t steps, std::int64_t steps_per_epoch) {
  const double warmup = optimizer.warmup_epochs * static_cast<double>(steps_per_epoch);
  const double done = static_cast<double>(step);
  const double ramp = done < warmup ? (done + 1) / (warmup + 1) : 1;
  return ramp * scheduled(optimizer, done, static_cast<double>(steps),
                          static_cast<double>(steps_per_epoch));
}

}  // namespace qfx::train
