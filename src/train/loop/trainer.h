// One phase of training: steps, epochs, checkpoints.
#pragma once

#include <memory>
#include <string>

#include "train/loop/examine.h"
#include "train/loop/learned_points.h"
#include "train/loop/objective.h"
#include "train/loop/optimizer.h"
#include "train/loop/run_context.h"
#include "train/network/network.h"
#include "train/records/checkpoint.h"
#include "train/samples/loader.h"

namespace qfx::train {

class Trainer {
 public:
  // At context.state.step of its phase; `from` gives the tensors and optimizers of a resumed run.
  Trainer(RunContext& context, PhaseKind kind, Network& network, const Checkpoint* from);

  // The steps that are left. An epoch's end evaluates, logs and writes a checkpoint. Raises
  // UserError where the loss is no number, and Stopped.
  void run();

  // On the set by which epochs are judged.
  Evaluation examine() { return train::examine(context_, kind_, network_, context_.judging_set()); }

  // Of the fixed phase, before its first step: the network as calibrated, which later ones have to
  // beat.
  void note_calibrated(const measure::Headline& result);
  // Of the fixed phase, before its first step.
  void warn_of_still_points();
  // Of the fixed phase, after its last step: the network becomes the one that is kept.
  // `calibrated`: its tensors before the first step. Returns which one it is, as in Summary.
  std::string settle(const NamedFloats& calibrated);

  // Writes checkpoint/latest.safetensors from where the run stands; every process calls it.
  void save();

 private:
  bool is_fixed() const { return kind_ == PhaseKind::Fixed; }
  // On the run's device, wherever the samples lie.
  Outputs forward(const Batch& batch);
  // By training samples, where there are none for validation: how good the network is.
  measure::Headline on_training_samples();
  std::string points_moved() const;
  std::string forbidden_in_epoch() const;
  void step(const Batch& batch);
  // Ends the run: `what` of the step at hand is no number.
  [[noreturn]] void fail_diverged(const std::string& what, const at::Tensor& samples) const;
  void end_epoch();
  void note_epoch(const measure::Headline& result);
  std::int64_t epochs_done() const;  // of the phase, the one at hand too
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
  Objective objective_;
  NamedFloats best_;  // the network's tensors when it was state.best, where it is to be kept
};

}  // namespace qfx::train
