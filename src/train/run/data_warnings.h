// What of a training set a network will not take well, and the key that mends it.
#pragma once

#include <string>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/graph/op.h"

namespace qfx::train {

// After the input's preprocessing: channels or columns a hundred times smaller than the largest,
// which one format for all rounds to little or nothing; pixels stored as floats and not divided.
std::vector<std::string> data_warnings(const graph::Input& input, const data::Dataset& train_set);

// Those, after what the sets' notes say, each sentence once.
std::vector<std::string> data_warnings(const graph::Input& input, const data::Dataset& train_set,
                                       const std::vector<const data::Dataset*>& others);

}  // namespace qfx::train
