// Value histograms of every tensor against its format's range.
#pragma once

#include <string>
#include <vector>

#include "train/calibration/sample_batches.h"
#include "train/network/network.h"

#include "qfx/steps/histogram.h"

namespace qfx::train {

struct TensorHistogram {
  std::string tensor;
  fixed::Format format;
  std::int64_t points = 1;  // binary points: 1, or one per channel
  steps::Histogram histogram;
};

// Of what each tensor holds before its cast, on these samples. With a point per channel each
// channel's values are scaled to the range of channel 0 and judged by their own.
std::vector<TensorHistogram> histograms(Network& network, const SampleBatches& samples);

}  // namespace qfx::train
