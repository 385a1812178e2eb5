#include "training.h"

#include "qfx/base/error.h"

namespace qfx::command {
namespace {

[[noreturn]] void refuse() {
  user_error(
      "this build of qfx has no torch, so it cannot train, calibrate, or read a checkpoint; "
      "install libtorch-dev (or "
      "any LibTorch) and configure with -DQFX_WITH_TORCH=ON. A frozen model.qfx needs none of it");
}

}  // namespace

int run_training(const TrainingRequest&) {
  refuse();
}

int run_start(const StartRequest&) {
  refuse();
}

graph::Model newest_checkpoint(const std::string&) {
  refuse();
}

}  // namespace qfx::command
