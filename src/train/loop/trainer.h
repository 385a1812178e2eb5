// One phase of training: steps, epochs, checkpoints.
#pragma once

#include <chrono>
#include <memory>

#include "train/loop/learned_points.h"
#include "train/loop/optimizer.h"
#include "train/machine/peers.h"
#include "train/network/fixed_forward.h"
#include "train/network/network.h"
#include "train/records/checkpoint.h"
#include "train/records/log.h"
#include "train/records/run_folder.h"

#include "qfx/data/dataset.h"
#include "qfx/train/run.h"

namespace qfx::train {

// What the phases of one run share.
struct RunContext {
  const frontends::Recipe& recipe;
  const Options& options;
  RunFolder folder;
  const Peers& peers;
  data::Dataset train_set, test_set;
  RunState state;
  std::unique_ptr<Log> log;
  std::chrono::steady_clock::time_point began;  // such that now - began counts a resumed run on
  at::Device device;                            // that computes what becomes of a batch

  double elapsed() const;
  // Of the first process alone.
  void message(const std::string& line) const;
};

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
  // What all processes share: the tensors of the first, the mean of the gradients, what each has
  // counted (everywhere, or in the first alone, which goes on from it).
  steps::AddUp add_up() const;  // empty where it is alone
  void share_tensors();
  void average_gradients();
  void gather_counts(bool everywhere);
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
