#include "train/run/forbidden_overflows.h"

namespace qfx::train {

std::vector<ForbiddenOverflow> forbidden_overflows(
    Network& network, const std::map<std::string, steps::OverflowCount>& on_test_set,
    const std::map<std::string, PointCounts>* last_epoch) {
  std::vector<ForbiddenOverflow> all;
  const auto add = [&](const std::string& tensor, const char* where, const auto& counts) {
    const auto it = counts.find(tensor);
    if (it != counts.end() && it->second.overflows > 0)
      all.push_back({tensor, where, it->second.overflows, it->second.values});
  };
  for (const Point* point : network.points()) {
    if (!point->spec.forbids_overflow) continue;
    add(point->tensor, "the test set", on_test_set);
    if (last_epoch != nullptr) add(point->tensor, "the last epoch", *last_epoch);
  }
  return all;
}

}  // namespace qfx::train
