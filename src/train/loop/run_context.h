// One run as its phases see it: what was asked for, where it computes and writes, and how far it
// is.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "train/machine/peers.h"
#include "train/machine/torch.h"
#include "train/records/log.h"
#include "train/records/run_folder.h"
#include "train/records/run_state.h"

#include "qfx/data/dataset.h"
#include "qfx/train/run.h"

namespace qfx::train {

struct RunContext {
  const frontends::Recipe& recipe;
  const Options& options;
  const Peers& peers;
  RunFolder folder{options.run_folder};
  at::Device device = at::kCPU;  // that computes what becomes of a batch
  data::Dataset train_set = {}, validation_set = {}, test_set = {};
  // Of the fixed phase, where the recipe has a teacher: the loss of what the network answers to a
  // batch of samples.
  std::function<at::Tensor(const at::Tensor& scores, const at::Tensor& samples)> teacher_loss = {};
  std::unique_ptr<Log> log = {};
  std::vector<std::string> waiting = {};  // events from before the log was open
  RunState state = {};
  // Such that now - began counts a resumed run on.
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  double elapsed() const;
  // A share of the training samples by which epochs are judged; without one the test set does it.
  bool has_validation() const { return validation_set.size() > 0; }
  const data::Dataset& judging_set() const { return has_validation() ? validation_set : test_set; }
  const char* judging_name() const { return has_validation() ? "validation" : "test"; }
  // What a sample is called: "images", or "samples" where they are none.
  const char* unit() const;
  // Of the first process alone.
  void message(const std::string& line) const;
  // What a user would not want and did not ask about: a message, and an event of log.jsonl for the
  // report. `about` is a tensor or layer, or empty; `text` names the key that mends it. Before the
  // log is open the event waits for it.
  void warn(const std::string& kind, const std::string& about, const std::string& text);
};

}  // namespace qfx::train
