// A few threads that wait for work; the caller is one of them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace qfx::runtime {

class ThreadPool {
 public:
  // threads = 0: all cores.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  // Calls task(index, worker) for every index below `count`, worker below size(); returns when all
  // are done. Raises the first exception a task raised; the remaining tasks are then skipped. One
  // caller at a time.
  void for_each(std::int64_t count, const std::function<void(std::int64_t, int)>& task);

 private:
  void wait_for_work(int worker);
  void work(int worker);

  std::mutex mutex_;
  std::condition_variable started_, finished_;
  std::uint64_t round_ = 0;
  int busy_ = 0;
  bool stopping_ = false;
  const std::function<void(std::int64_t, int)>* task_ = nullptr;
  std::int64_t next_ = 0, count_ = 0;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace qfx::runtime
