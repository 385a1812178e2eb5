// Points of constants that are finer than anything sees (qfx/steps/point_limits.h), in a network.
#pragma once

#include <functional>

#include "train/network/network.h"

namespace qfx::train {

using MayMove = std::function<bool(const Point& point)>;

// Of one layer or of all: no point of a parameter stays finer than what the output shows. Only the
// points that may move, and nothing where a tensor is left in floating point.
void limit_points(Network& network, Layer& layer, const MayMove& may_move);
void limit_points(Network& network, const MayMove& may_move);

// At the end of calibration a layer's idle channels get the point of the others, and a bias or
// offset of zeros alone the range of its output.
void settle_new_points(Network& network, Layer& layer, const MayMove& is_new);

// At the end of training: channels that are 0 in every value get the point of the others, which
// changes no value.
void settle_learned_points(Network& network);

}  // namespace qfx::train
