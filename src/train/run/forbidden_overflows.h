// What overflows = "forbid" is about: values that left their format where the recipe allows none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/network/network.h"
#include "train/records/run_state.h"

#include "qfx/steps/assignment.h"
#include "qfx/train/run.h"

namespace qfx::train {

// Of the frozen formats on the test set, and of the last epoch of training, which saw far more
// samples; null where the network that is kept is not the one of that epoch.
std::vector<ForbiddenOverflow> forbidden_overflows(
    Network& network, const std::map<std::string, steps::OverflowCount>& on_test_set,
    const std::map<std::string, PointCounts>* last_epoch);

}  // namespace qfx::train
