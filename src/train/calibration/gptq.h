// Rounding weights in view of each other: what one weight's rounding does to a layer's sums is made
// good by those that are not rounded yet (GPTQ, arXiv 2210.17323). Any grid will do, K-hot ones
// too: all that is asked of it is the nearest value that it has.
#pragma once

#include <set>
#include <string>

#include "train/calibration/both_ways.h"

namespace qfx::train {

// Rounds the weights of the layer at hand, whose inputs are there both ways, so that its sums over
// the fixed inputs come close to the float layer's over the float ones: the best real weights for
// that, rounded one by one with compensation, then single weights moved while that helps. A layer
// with a bias leaves the means of its sums to it (`corrects_means`). Points in `may_move` become a
// bit finer or coarser where that is better. The weights are then values of their grid.
//
// Nothing for a layer without weights, with binary ones or left in float. Returns why a layer with
// weights stays as it is, or an empty text.
std::string round_by_gptq(BothWays& both, Network& real, Layer& layer, bool corrects_means,
                          const std::set<const Point*>& may_move);

}  // namespace qfx::train
