// What the processes of one run have in common. Every process must call these in the same order;
// one that is alone has nothing to do.
#pragma once

#include "train/machine/peers.h"
#include "train/network/network.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

// Sums over all of them; empty for one that is alone.
steps::AddUp add_up_of(const Peers& peers);

// Gives every process the first one's tensors. Seeds and calibration give all the same; this makes
// it so on machines that differ.
void share_tensors(Network& network, const Peers& peers);

// One sum for all gradients. Every process has as many samples, so the mean of the means is the
// mean.
void average_gradients(Network& network, const Peers& peers);

// Adds up what each has counted: everywhere, or in the first alone, which goes on from it.
void gather_counts(Network& network, const Peers& peers, bool everywhere);

}  // namespace qfx::train
