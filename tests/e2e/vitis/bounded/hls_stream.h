// hls::stream that blocks when it is full, for one thread a process. It stands before the vendor's
// in the include path. A thread that waits for eight seconds is taken for deadlocked: exit
// code 42.
#ifndef X_HLS_STREAM_SIM_H
#define X_HLS_STREAM_SIM_H

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>

namespace hls {

template <class T>
class stream {
 public:
  stream() = default;
  explicit stream(const std::string&) {}
  void set_depth(std::size_t depth) { depth_ = depth; }
  std::size_t size() { return data_.size(); }
  bool empty() { return data_.empty(); }

  void write(const T& value) {
    std::unique_lock<std::mutex> lock(mutex_);
    wait(lock, [&] { return data_.size() < depth_; });
    data_.push_back(value);
    changed_.notify_all();
  }

  T read() {
    std::unique_lock<std::mutex> lock(mutex_);
    wait(lock, [&] { return !data_.empty(); });
    T value = data_.front();
    data_.pop_front();
    changed_.notify_all();
    return value;
  }

 private:
  template <class CONDITION>
  void wait(std::unique_lock<std::mutex>& lock, CONDITION ready) {
    if (!changed_.wait_for(lock, std::chrono::seconds(8), ready)) std::_Exit(42);
  }

  std::deque<T> data_;
  std::size_t depth_ = static_cast<std::size_t>(-1);
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace hls

#endif  // X_HLS_STREAM_SIM_H
