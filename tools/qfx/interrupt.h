// Ctrl-C during long work: the first one asks it to stop at a good place, the second one kills as
// usual.
#pragma once

namespace qfx::command {

// While one lives, SIGINT and SIGTERM are noted instead of ending the process.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;
  // 128 + the signal, as shells report it; as after Ctrl-C where another process got it.
  int exit_code() const;
};

}  // namespace qfx::command
