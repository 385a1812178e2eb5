// How the benchmarks here take a figure: the best of many short rounds, and everything that is
// compared runs in every round.
#pragma once

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace qfx::bench {

using Work = std::function<void()>;

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds a run when each thread does `repeats` runs of its own work, all from one start.
inline double seconds(const std::vector<Work>& works, int repeats) {
  std::barrier start(static_cast<std::ptrdiff_t>(works.size()));
  std::vector<double> took(works.size());
  const auto one = [&](std::size_t t) {
    start.arrive_and_wait();
    const double from = now();
    for (int i = 0; i < repeats; ++i) works[t]();
    took[t] = now() - from;
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 1; t < works.size(); ++t) threads.emplace_back(one, t);
  one(0);
  for (std::thread& thread : threads) thread.join();
  return *std::max_element(took.begin(), took.end()) / repeats;
}

// Best of the rounds that fit in `budget`, at least two, of each of the works; one round runs all
// of them.
inline std::vector<double> best_of(const std::vector<std::vector<Work>>& works, double budget) {
  std::vector<double> best;
  std::vector<int> repeats;
  for (const auto& work : works) {
    best.push_back(seconds(work, 1));
    // Short rounds, so that some go undisturbed on a machine that others use too.
    repeats.push_back(std::max(1, static_cast<int>(0.0004 / best.back())));
  }
  const double end = now() + budget;
  do {
    for (std::size_t i = 0; i < works.size(); ++i)
      best[i] = std::min(best[i], seconds(works[i], repeats[i]));
  } while (now() < end);
  return best;
}

// Memory from the start of a page: a copy's rate on AMD's Zen 3 falls to a tenth where the target
// lies 1 to 31 bytes past the source within their pages (`rep movsb`), which malloc's own headers
// can bring about.
class Array {
 public:
  explicit Array(std::size_t bytes)
      : data_(static_cast<float*>(std::aligned_alloc(4096, bytes)), std::free),
        size_(bytes / sizeof(float)) {}
  operator std::span<float>() const { return {data_.get(), size_}; }
  float* data() const { return data_.get(); }

 private:
  std::unique_ptr<float, decltype(&std::free)> data_;
  std::size_t size_;
};

}  // namespace qfx::bench
