#include "estimate/workers.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace qfx::estimate {

std::size_t worker_count(int jobs) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return static_cast<std::size_t>(jobs > 0 ? jobs : cores);
}

void in_parallel(std::size_t count, std::size_t workers,
                 const std::function<void(std::size_t)>& work) {
  std::mutex mutex;
  std::size_t next = 0;
  std::exception_ptr failure;
  const auto go_on = [&] {
    while (true) {
      std::size_t at = 0;
      {
        const std::lock_guard lock(mutex);
        if (failure || next == count) return;
        at = next++;
      }
      try {
        work(at);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(workers, count); ++i) threads.emplace_back(go_on);
  go_on();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace qfx::estimate
