#include "adders/budget.h"

#include <algorithm>
#include <ctime>

namespace qfx::adders {
namespace {

// What a first answer may take beyond a shorter budget, before it goes without more sharing.
constexpr double kFirstAnswerSeconds = 1.5;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

Budget::Budget(double seconds, std::optional<std::int64_t> steps)
    : begin_(processor_seconds()), seconds_(seconds), steps_(steps) {}

double Budget::elapsed() const {
  return processor_seconds() - begin_;
}

double Budget::fraction_used() const {
  if (steps_) return *steps_ <= 0 ? 1 : static_cast<double>(taken_) / static_cast<double>(*steps_);
  return seconds_ <= 0 ? 1 : elapsed() / seconds_;
}

bool Budget::is_late() const {
  return !steps_ && elapsed() > std::max(seconds_, kFirstAnswerSeconds);
}

}  // namespace qfx::adders
