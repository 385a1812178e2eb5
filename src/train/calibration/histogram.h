// Value histograms of every tensor against its format's range.
#pragma once

#include <vector>

#include "train/records/events.h"

namespace qfx::train {

// 64 bins over what each tensor holds before its cast, on these preprocessed samples; the edges
// cover the values and the format's range. A tensor with a point a channel is drawn against channel
// 0's.
std::vector<Histogram> histograms(Network& network, const at::Tensor& samples);

}  // namespace qfx::train
