// The live line of work that goes over samples: how many are done, how fast, how long it takes yet.
#pragma once

#include <chrono>
#include <string>

#include "train/loop/run_context.h"

namespace qfx::train {

// A Counter of samples/evaluate.h.
class LiveCount {
 public:
  // phase: "test", "calibrate".
  LiveCount(const RunContext& context, std::string phase)
      : context_(&context), phase_(std::move(phase)) {}

  void operator()(std::int64_t done, std::int64_t total) const {
    if (!context_->options.progress || !context_->peers.is_first()) return;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    Progress progress{.phase = phase_, .step = done, .steps = total, .unit = context_->unit()};
    if (done > 0 && seconds > 0) {
      progress.images_per_second = static_cast<double>(done) / seconds;
      progress.seconds_left = static_cast<double>(total - done) / progress.images_per_second;
    }
    context_->options.progress(progress);
  }

 private:
  const RunContext* context_;
  std::string phase_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace qfx::train
