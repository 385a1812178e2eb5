// Batches of a training set, assembled ahead of the step on a thread of their own.
//
// What a batch holds depends on (seed, epoch, position) alone: an interrupted run goes on with the
// very batches that it would have seen.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "train/machine/torch.h"

#include "qfx/data/dataset.h"
#include "qfx/frontends/recipe.h"

namespace qfx::train {

struct Batch {
  at::Tensor samples;  // {batch, shape...} float32, augmented and preprocessed
  // What the outputs are compared with: one of the two.
  at::Tensor labels;       // {batch} int64, classes
  at::Tensor targets;      // {batch, outputs} float32
  std::int64_t first = 0;  // of these in the batch of all processes
};

struct LoaderSettings {
  std::uint64_t seed = 1;
  std::int64_t batch_size = 128;
  frontends::Augment augment;
  graph::Input input;
  graph::Task task;
  int rank = 0, peers = 1;  // of the processes that share each batch: this one's part, in order
};

// Whole batches an epoch; at least one (a set smaller than a batch is one batch).
std::int64_t steps_per_epoch(const data::Dataset& set, std::int64_t batch_size);

// The order of the samples in one epoch.
std::vector<std::int64_t> epoch_order(std::uint64_t seed, std::int64_t epoch, std::int64_t size);

class Loader {
 public:
  // Batches of steps [first, last) of a phase. The set outlives the loader.
  Loader(const data::Dataset& set, LoaderSettings settings, std::int64_t first, std::int64_t last);
  ~Loader();

  // The next batch in order; waits where it is not ready.
  Batch next();

 private:
  void produce();
  Batch assemble(std::int64_t step);

  const data::Dataset& set_;
  LoaderSettings settings_;
  std::int64_t first_, last_, batch_size_, part_size_, per_epoch_;
  std::int64_t order_epoch_ = -1;
  std::vector<std::int64_t> order_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace qfx::train
