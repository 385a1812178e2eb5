#include "train/loop/run_context.h"

#include "train/records/events.h"

namespace qfx::train {

double RunContext::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

const char* RunContext::unit() const {
  const graph::Shape& shape = std::get<graph::Input>(recipe.model.nodes.front().op).shape;
  return shape.size() == 3 && shape[1] > 1 && shape[2] > 1 ? "images" : "samples";
}

void RunContext::message(const std::string& line) const {
  if (options.message && peers.is_first()) options.message(line);
}

void RunContext::warn(const std::string& kind, const std::string& about, const std::string& text) {
  const std::string event = warning_event(elapsed(), kind, about, text);
  if (log)
    log->write(event);
  else
    waiting.push_back(event);
  message(text);
}

}  // namespace qfx::train
