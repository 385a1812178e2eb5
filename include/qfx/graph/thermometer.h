// The thresholds of a thermometer, as real numbers for training and as integers for what is frozen.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Channel j of a colour is +1 from here on: x >= value, or x > value where `above`. The nearest of
// two levels for a tie is the even one, so every second threshold does not hold its own value.
struct LevelThreshold {
  double value = 0;
  bool above = false;
};
LevelThreshold level_threshold(const Thermometer& thermometer, std::int64_t j);

// One for each output channel: the least raw value of the input's grid that gives +1. It may be one
// more than the input can hold. `channels` are the input's.
FrozenParam make_thresholds(const Thermometer& thermometer, const fixed::Format& input,
                            std::int64_t channels);

// What make_thresholds gives them: the input's grid, wide enough for a value above its largest.
fixed::Format threshold_format(const fixed::Format& input);

}  // namespace qfx::graph
