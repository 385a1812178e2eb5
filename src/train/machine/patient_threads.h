// Worker threads that sleep while they wait.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace qfx::train {

// While one of these lives, OpenMP's threads give up spinning at once when they wait for each
// other.
//
// A training step has hundreds of short parallel loops. By default libgomp's threads spin for
// milliseconds at the end of each; where anything else runs on the machine, the thread that is
// waited for then sits in the run queue behind the one that spins, and training becomes 20 times
// slower (measured with one busy neighbour on two cores). The switch, OMP_WAIT_POLICY, is read
// before main. But libgomp also stops spinning when it manages more threads than there are cores,
// so this keeps a second, sleeping team that makes it so. Other OpenMP libraries lose nothing by
// it.
class PatientThreads {
 public:
  // threads: of the team that works.
  explicit PatientThreads(int threads);
  ~PatientThreads();
  PatientThreads(const PatientThreads&) = delete;
  PatientThreads& operator=(const PatientThreads&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false, done_ = false;
  std::thread holder_;
};

}  // namespace qfx::train
