// One phase of training: steps, epochs, checkpoints.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "train/loop/learned_points.h"
#include "train/loop/optimizer.h"
#include "train/loop/run_context.h"
#include "train/network/fixed_forward.h"
#include "train/network/network.h"
#include "train/records/checkpoint.h"

namespace qfx::train {

class Trainer {
 public:
  // At context.state.step of its phase; `from` gives the tensors and optimizers of a resumed run.
  Trainer(RunContext& context, PhaseKind kind, Network& network, const Checkpoint* from);

  // The steps that are left. An epoch's end evaluates, logs and writes a checkpoint. Raises
  // UserError where the loss is no number, and Stopped.
  void run();

  double test_accuracy();

  // The test set again, counting overflows: by tensor, of its values on the whole set, of a
  // parameter's once.
  struct Judgement {
    double accuracy = 0;
    std::map<std::string, steps::OverflowCount> overflows;
  };
  Judgement judge();

  // Writes checkpoint/latest.safetensors from where the run stands; every process calls it.
  void save();

 private:
  bool is_fixed() const { return kind_ == PhaseKind::Fixed; }
  // On the run's device, wherever the samples lie.
  at::Tensor forward(const at::Tensor& samples, bool training, const FixedMode& mode);
  std::string points_moved() const;
  std::string forbidden_in_epoch() const;
  void step(const at::Tensor& samples, const at::Tensor& labels);
  // Ends the run: `what` of the step at hand is no number.
  [[noreturn]] void fail_diverged(const std::string& what, const at::Tensor& samples) const;
  void end_epoch();
  void report_progress(double loss);
  double learning_rate_factor() const;
  double& phase_seconds() const;

  RunContext& context_;
  PhaseKind kind_;
  Network& network_;
  const frontends::Phase& phase_;
  std::int64_t per_epoch_, steps_;
  double waited_ = 0;  // seconds of this epoch's steps in which a batch was awaited
  Optimizer optimizer_;
  std::unique_ptr<LearnedPoints> points_;  // fixed phase
};

}  // namespace qfx::train
