// How many samples go through a network together where nobody says it.
#pragma once

#include <cstdint>

#include "train/network/network.h"

namespace qfx::train {

// As many as keep what torch holds during one layer, a convolution's unfolded image included, near
// a quarter of a gigabyte; at least one, at most `most`.
std::int64_t samples_at_once(const Network& network, std::int64_t most);

}  // namespace qfx::train
