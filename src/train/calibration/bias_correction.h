// What rounding does to a layer on the average is a constant a channel, and its bias takes it away.
#pragma once

#include <set>

#include "train/calibration/both_ways.h"

namespace qfx::train {

// Moves the bias of the layer at hand (the offset of a batch_norm, affine or offset) by the mean of
// float minus fixed of each channel's values, and computes the layer anew; a channel whose error
// that does not lower stays as it was. Points in `may_move` become coarser where a bias leaves its
// range. Does nothing for a layer without one, or that is left in float.
void correct_bias(BothWays& both, Layer& layer, const std::set<const Point*>& may_move);

}  // namespace qfx::train
