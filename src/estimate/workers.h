// Work on several cores.
#pragma once

#include <cstddef>
#include <functional>

namespace qfx::estimate {

// Of as many threads as were asked for; where that is 0, one a core.
std::size_t worker_count(int jobs);

// work(0) to work(count - 1), begun in this order. What one of them raises is raised once all that
// have begun have ended; no others begin.
void in_parallel(std::size_t count, std::size_t workers,
                 const std::function<void(std::size_t)>& work);

}  // namespace qfx::estimate
