#include "train/samples/loader.h"

#include <algorithm>
#include <numeric>

#include "train/samples/augment.h"
#include "train/tensors/random.h"

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"

namespace qfx::train {
namespace {

constexpr std::size_t kReadyBatches = 3;

}  // namespace

std::int64_t steps_per_epoch(const data::Dataset& set, std::int64_t batch_size) {
  return std::max<std::int64_t>(1, set.size() / batch_size);
}

std::vector<std::int64_t> epoch_order(std::uint64_t seed, std::int64_t epoch, std::int64_t size) {
  std::vector<std::int64_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  Random random({seed, static_cast<std::uint64_t>(epoch)});
  for (std::int64_t i = size - 1; i > 0; --i) {
    std::swap(order[i], order[random.below(static_cast<std::uint64_t>(i) + 1)]);
  }
  return order;
}

Loader::Loader(const data::Dataset& set, LoaderSettings settings, std::int64_t first,
               std::int64_t last)
    : set_(set),
      settings_(std::move(settings)),
      first_(first),
      last_(last),
      batch_size_(std::min(settings_.batch_size, set.size())),
      part_size_(batch_size_ / settings_.peers),
      per_epoch_(steps_per_epoch(set, settings_.batch_size)) {
  if (set.size() == 0) user_error("the training set '{}' is empty", set.name);
  if (part_size_ * settings_.peers != batch_size_) {
    user_error(
        "a batch has {} samples, and {} processes cannot share them evenly; change batch_size",
        batch_size_, settings_.peers);
  }
  thread_ = std::thread([this] { produce(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Batch Loader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || failure_; });
  if (ready_.empty()) std::rethrow_exception(failure_);
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

void Loader::produce() {
  try {
    for (std::int64_t step = first_; step < last_; ++step) {
      Batch batch = assemble(step);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ready_.size() < kReadyBatches || stopping_; });
      if (stopping_) return;
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

Batch Loader::assemble(std::int64_t step) {
  const std::int64_t epoch = step / per_epoch_;
  const std::int64_t position = step % per_epoch_ * batch_size_ + settings_.rank * part_size_;
  if (epoch != order_epoch_) {
    order_ = epoch_order(settings_.seed, epoch, set_.size());
    order_epoch_ = epoch;
  }
  const std::int64_t sample_size = set_.sample_size();
  std::vector<float> samples(part_size_ * sample_size);
  const graph::Task& task = settings_.task;
  const bool has_targets = !task.classifies() && !task.rebuilds_input;
  Batch batch;
  batch.first = settings_.rank * part_size_;
  if (task.classifies()) batch.labels = at::empty({part_size_}, at::kLong);
  if (has_targets) batch.targets = at::empty({part_size_, set_.target_size}, at::kFloat);
  for (std::int64_t i = 0; i < part_size_; ++i) {
    const std::int64_t index = order_[position + i];
    float* sample = samples.data() + i * sample_size;
    set_.copy_samples(index, 1, sample);
    Random random(
        {settings_.seed, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)});
    augment(settings_.augment, settings_.input.shape, random, sample);
    if (task.classifies()) batch.labels.data_ptr<std::int64_t>()[i] = set_.labels[index];
    if (has_targets)
      std::copy_n(set_.targets.begin() + index * set_.target_size, set_.target_size,
                  batch.targets.data_ptr<float>() + i * set_.target_size);
  }
  std::vector<std::int64_t> shape = settings_.input.shape;
  shape.insert(shape.begin(), part_size_);
  batch.samples = at::empty(shape, at::kFloat);
  graph::preprocess(settings_.input.preprocess, settings_.input.shape, samples,
                    {batch.samples.data_ptr<float>(), samples.size()});
  if (task.rebuilds_input) batch.targets = batch.samples.flatten(1);
  return batch;
}

}  // namespace qfx::train
