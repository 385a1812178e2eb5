#include "qfx/backends/target.h"

#include "backends/catapult/catapult.h"
#include "backends/verilog/verilog.h"
#include "backends/vitis/vitis.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::backends {

const std::vector<Target>& targets() {
  static const std::vector<Target> kTargets{vitis::target(), catapult::target(), verilog::target()};
  return kTargets;
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const Target& target : targets()) names.emplace_back(target.name);
  return names;
}

const Target& target_named(std::string_view name) {
  for (const Target& target : targets()) {
    if (name == target.name || (name == target.former_name && !name.empty())) return target;
  }
  user_error("the target '{}' is not known; did you mean '{}'? Allowed: {}", name,
             nearest(name, target_names()), join(target_names(), ", "));
}

}  // namespace qfx::backends
