#include "train/loop/run_context.h"

namespace qfx::train {

double RunContext::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void RunContext::message(const std::string& line) const {
  if (options.message && peers.is_first()) options.message(line);
}

}  // namespace qfx::train
