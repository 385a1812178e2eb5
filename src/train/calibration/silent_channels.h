// Channels of a batch_norm that hold one value. Their scale, 1 / sqrt(variance + eps), is large and
// multiplies nothing; under one point for all channels it would take the others' bits.
#pragma once

#include <string>
#include <vector>

#include "train/network/network.h"

namespace qfx::train {

// Which channels of a batch_norm's input vary, from batches of its cast values.
class Variation {
 public:
  void add(const at::Tensor& values);  // {N, C, ...}
  // Whether every value of the channel was the same, of enough to tell.
  std::vector<bool> is_constant() const;

 private:
  at::Tensor low_, high_;
  std::int64_t values_ = 0;  // of each channel
};

// Makes a silent channel what it is: gamma 0, so that its output is beta. Silent is one that is
// constant here, or whose deviation is less than a quarter of the input's step, and whose scale
// would set the range of all. Only where one point serves all channels. Returns the channels.
std::vector<std::int64_t> silence_channels(const Network& network, Layer& layer,
                                           const Variation& input, double input_step);

// "batch_norm 'bn0': channel 2 ..."
std::string silence_note(const std::string& node, const std::vector<std::int64_t>& channels);

}  // namespace qfx::train
