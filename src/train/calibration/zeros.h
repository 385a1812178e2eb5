// Values that rounding takes to nothing. An overflow shows in its tensor; this one shows nowhere:
// the layer goes on with zeros.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "train/calibration/sample_batches.h"
#include "train/network/network.h"

namespace qfx::train {

// Of one tensor.
struct Zeros {
  graph::NodeId node = 0;
  std::optional<graph::Role> role;  // of a parameter; nothing: the node's output
  std::string tensor;
  std::int64_t values = 0;  // that are not 0 before the cast
  std::int64_t zeros = 0;   // of them, those that are 0 after it
  double largest = 0;       // magnitude of one that was lost
  // Output channels of a parameter whose values all become 0 although the node's output would show
  // them; channels (of flat samples, columns) of the input that become 0 in nine values of ten.
  std::vector<std::int64_t> channels = {};

  double fraction() const;
};

// Of every tensor that casts, on these samples.
std::vector<Zeros> count_zeros(Network& network, const SampleBatches& samples);

// {tensor: fraction of the values that were not 0}, as log.jsonl has it.
std::map<std::string, double> fractions_of(const std::vector<Zeros>& all);

// What a user would not want, each with the key that mends it; nothing where few are lost.
std::optional<std::string> advice_on(const Zeros& zeros, const Network& network);

// "every value of 'fc1.weight' rounds to 0"; nothing likewise.
std::optional<std::string> loss_in(const Zeros& zeros, const Network& network);

}  // namespace qfx::train
