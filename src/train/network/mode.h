// How a network in fixed point is run.
#pragma once

#include "train/network/loss_input.h"
#include "train/ops/road.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

struct FixedMode {
  bool batch_statistics = false;  // BatchNorm's pair from the batch; else from the running ones
  bool count = false;       // overflows, by the backward pass or, where none will run, at once
  Road road = Road::Fused;  // on another device than the processor always that of plain operators
  // Over the processes whose samples share the batch's statistics; empty: there is one.
  steps::AddUp add_up = {};
  Tap* tap = nullptr;
};

}  // namespace qfx::train
