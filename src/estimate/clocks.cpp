#include "estimate/clocks.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "estimate/workers.h"

#include "qfx/base/error.h"

namespace qfx::estimate {
namespace {

// An engine to place and route, and the engines that are like it.
struct Task {
  std::string key;
  std::vector<std::size_t> engines;
};

class Clocks {
 public:
  Clocks(Estimate& estimate, const std::vector<Unit>& units, const Yosys& yosys,
         const Nextpnr& nextpnr, const Cache& cache, const Options& options)
      : estimate_(estimate),
        units_(units),
        yosys_(yosys),
        nextpnr_(nextpnr),
        cache_(cache),
        options_(options),
        limits_(*options.clock_check) {}

  void run() {
    estimate_.clock_source = nextpnr_.version();
    for (std::size_t i = 0; i < estimate_.engines.size(); ++i) sort_in(i);
    // The largest first, so that all end at about the same time.
    std::ranges::stable_sort(tasks_, std::greater(), [&](const Task& task) {
      return units_[task.engines.front()].weight;
    });
    std::size_t done = 0;
    std::mutex mutex;
    in_parallel(tasks_.size(), worker_count(options_.jobs), [&](std::size_t at) {
      const EngineClock clock = clock_of(tasks_[at].engines.front(), fmt::format("qfx_ecp5_{}", at));
      const std::lock_guard lock(mutex);
      for (const std::size_t i : tasks_[at].engines) estimate_.engines[i].clock = clock;
      // What took too long here may end elsewhere.
      if (clock.mhz > 0) cache_.keep_clock(tasks_[at].key, clock.mhz);
      if (options_.on_clock_progress) options_.on_clock_progress(++done, tasks_.size());
    });
  }

 private:
  // What is too large or known already is no task.
  void sort_in(std::size_t i) {
    EngineEstimate& engine = estimate_.engines[i];
    const double luts = engine.resources.luts + engine.resources.memory_luts;
    if (luts > limits_.most_luts) {
      engine.clock = {.unknown = fmt::format("more than {:g} LUTs", limits_.most_luts)};
      return;
    }
    const std::string key = Cache::key_of({nextpnr_.version(), yosys_.version(), "clock 1",
                                           device_for(engine.resources).name, units_[i].content});
    if (const auto known = cache_.find_clock(key)) {
      engine.clock = {.mhz = *known};
      return;
    }
    const auto same = std::ranges::find(tasks_, key, &Task::key);
    if (same == tasks_.end())
      tasks_.push_back({key, {i}});
    else
      same->engines.push_back(i);
  }

  EngineClock clock_of(std::size_t i, const std::string& name) const {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::duration<double>(limits_.seconds);
    const auto is_stopped = [&] { return options_.should_stop && options_.should_stop(); };
    const auto is_late = [&] { return std::chrono::steady_clock::now() >= until; };
    const ShouldStop stop = [&] { return is_stopped() || is_late(); };
    try {
      yosys_.map_for_ecp5(units_[i], name, stop);
      return nextpnr_.place_and_route(yosys_.folder(), name,
                                      device_for(estimate_.engines[i].resources), stop);
    } catch (const UserError& error) {
      if (is_stopped()) throw;
      if (is_late()) return {.unknown = fmt::format("more than {:g} s", limits_.seconds)};
      return {.unknown = error.what()};
    }
  }

  Estimate& estimate_;
  const std::vector<Unit>& units_;
  const Yosys& yosys_;
  const Nextpnr& nextpnr_;
  const Cache& cache_;
  const Options& options_;
  const ClockCheck limits_;
  std::vector<Task> tasks_;
};

}  // namespace

void check_clocks(Estimate& estimate, const std::vector<Unit>& units, const Yosys& yosys,
                  const Nextpnr& nextpnr, const Cache& cache, const Options& options) {
  Clocks(estimate, units, yosys, nextpnr, cache, options).run();
}

}  // namespace qfx::estimate
