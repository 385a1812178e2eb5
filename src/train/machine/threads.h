// Torch's threads, for loops that know nothing of torch.
#pragma once

#include <cstdint>
#include <functional>

namespace qfx::train {

// A steps::Loop.
void on_torchs_threads(std::int64_t count, const std::function<void(std::int64_t)>& body);

}  // namespace qfx::train
