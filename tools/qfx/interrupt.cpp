#include "interrupt.h"

#include <atomic>
#include <csignal>

namespace qfx::command {
namespace {

// Read by threads too; lock-free, so a signal handler may write it.
std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  g_signal = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_signal = 0;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::interrupted() const {
  return g_signal != 0;
}

int InterruptGuard::exit_code() const {
  // Without one of our own, another process of the run was stopped, by a signal not known here.
  return 128 + (g_signal != 0 ? static_cast<int>(g_signal) : SIGINT);
}

}  // namespace qfx::command
