#include "train/machine/patient_threads.h"

#include <algorithm>
#include <omp.h>

namespace qfx::train {

PatientThreads::PatientThreads(int threads) {
  // Managed are then: this thread, threads - 1 of its team, and the second team, one more than the
  // cores in all.
  const int team = std::max(2, omp_get_num_procs() - threads + 2);
  holder_ = std::thread([this, team] {
    int started = 0;
#pragma omp parallel num_threads(team) reduction(+ : started)
    started += 1;
    std::unique_lock lock(mutex_);
    ready_ = started > 0;
    changed_.notify_all();
    changed_.wait(lock, [this] { return done_; });
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_; });
}

PatientThreads::~PatientThreads() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  holder_.join();
}

}  // namespace qfx::train
