// Every part of a loop one after the other.
#pragma once

#include <cstdint>
#include <functional>

namespace qfx::steps {

inline void one_thread(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  for (std::int64_t i = 0; i < count; ++i) body(i);
}

}  // namespace qfx::steps
