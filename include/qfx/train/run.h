// Training runs, free of torch in this header: tools/qfx includes it without paying for torch.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/graph.h"
#include "qfx/measure/measure.h"

namespace qfx::train {

// Values that left their format in a tensor whose recipe says overflows = "forbid".
struct ForbiddenOverflow {
  std::string tensor;
  std::string where;  // "the test set", "the last epoch"
  std::int64_t overflows = 0, values = 0;
};

// What a run has reached; also written to RUN/summary.json.
struct Summary {
  // On the test set, in the measure of the network's task.
  std::optional<measure::Headline> float_result;
  std::optional<measure::Headline> ptq_result;    // calibrated, before fixed-point training
  std::optional<measure::Headline> fixed_result;  // of the network that is frozen, where it trained
  // The same as fractions 0..1 where the measure is accuracy.
  std::optional<double> float_accuracy, ptq_accuracy, fixed_accuracy;
  // The network that is frozen: "calibrated", "epoch 3" or "last". Empty where there was no choice.
  std::string kept;
  double float_seconds = 0, fixed_seconds = 0;
  bool leads = true;    // of several processes, the one that has written the run folder
  bool frozen = false;  // RUN/model.qfx is written; not where a tensor is left in floating point
  // Not empty: the run's check failed. The model is written all the same.
  std::vector<ForbiddenOverflow> forbidden_overflows;
};

struct Progress {
  std::string phase;                 // "float", "calibrate", "fixed", "test"
  std::int64_t step = 0, steps = 0;  // of the phase; samples where it does not train
  double loss = 0, images_per_second = 0, seconds_left = 0;
  std::string unit = "images";  // what is counted a second: "samples" where they are no images
};

struct Options {
  std::string run_folder;
  bool resume = false;
  // Asked after every step, and ten times a second while other processes are waited for; true: a
  // checkpoint is written, where there is something to go on from, and Stopped raised. May be
  // empty.
  std::function<bool()> should_stop = {};
  std::function<void(const Progress&)> progress = {};
  std::function<void(const std::string&)> message =
      {};  // one plain line: epoch results, carriers, ...
};

// The run was asked to stop, this process or another one of it, and has written a checkpoint if it
// had begun; the message says how to go on.
class Stopped : public UserError {
 public:
  using UserError::UserError;
};

// So while the other processes were waited for, by a thread inside torch that nothing can wake: it
// lives on until QFX_PEER_TIMEOUT. A program that ends before it does so by std::_Exit, as this
// thread must not outlive torch's static objects.
class StoppedWaiting : public Stopped {
 public:
  using Stopped::Stopped;
};

// The whole job: float phase or start, calibrate, fixed phase, freeze to RUN/model.qfx. log.jsonl
// as in docs/run_folder.md. Raises UserError for a folder that holds another run, NaN, a full disk.
Summary train(const frontends::Recipe& recipe, const Options& options);

// Float phase or start, calibrate, freeze: the baseline.
Summary ptq(const frontends::Recipe& recipe, const Options& options);

// What write_start has found.
struct StartFacts {
  std::size_t tensors = 0;                  // of the file
  std::optional<measure::Headline> result;  // of the float network on the test set
  std::string unmeasured;                   // why there is none: the data is not there
};

// Writes options.run_folder as a start for this recipe's network: its parameters, from a safetensors
// file with the names of torch's state_dict (frontends/state_dict.h). Raises UserError where they do
// not fit the network, and for a folder that holds a run.
StartFacts write_start(const frontends::Recipe& recipe, const std::string& parameters,
                       const Options& options);

// The model of the newest checkpoint of a run, trainable state, calibrated. Raises UserError where
// the run is in its float phase.
graph::Model load_checkpoint_model(const std::string& run_folder);

}  // namespace qfx::train
