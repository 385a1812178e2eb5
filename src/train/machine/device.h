// The device of torch's that a run computes on. What is learned lies on the processor all the same,
// and with it whatever has one number per channel; the device has the values of the batch.
#pragma once

#include <string>

#include "train/machine/peers.h"
#include "train/machine/torch.h"

namespace qfx::train {

// The device that a recipe's text names. Of several processes on one machine each takes one of its
// own where the text names a kind alone: "cuda" in the third is cuda:2. Raises UserError for a name
// that is none of torch's.
at::Device named_device(const std::string& name, bool is_alone, int local_rank);

// The named device, with its index. Raises UserError where this torch cannot compute in float64
// there. Its libraries' arithmetic is set to what training wants: float32 in full and one order of
// sums.
at::Device open_device(const std::string& name, const Peers& peers);

}  // namespace qfx::train
