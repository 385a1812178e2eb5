// Value histograms of every tensor against its format's range.
#pragma once

#include <string>
#include <vector>

#include "train/network/network.h"

#include "qfx/steps/histogram.h"

namespace qfx::train {

struct TensorHistogram {
  std::string tensor;
  fixed::Format format;
  steps::Histogram histogram;
};

// Of what each tensor holds before its cast, on these preprocessed samples. A tensor with a point
// per channel is drawn against channel 0's.
std::vector<TensorHistogram> histograms(Network& network, const at::Tensor& samples);

}  // namespace qfx::train
