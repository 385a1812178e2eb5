// One run as its phases see it: what was asked for, where it computes and writes, and how far it
// is.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "train/machine/peers.h"
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
  data::Dataset train_set = {}, test_set = {};
  std::unique_ptr<Log> log = {};
  RunState state = {};
  // Such that now - began counts a resumed run on.
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  double elapsed() const;
  // Of the first process alone.
  void message(const std::string& line) const;
};

}  // namespace qfx::train
