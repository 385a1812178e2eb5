// Accuracy on a set.
#pragma once

#include <functional>

#include "train/machine/peers.h"
#include "train/network/network.h"

#include "qfx/data/dataset.h"

namespace qfx::train {

// Output values of a batch of preprocessed samples, {batch, classes}.
using Forward = std::function<at::Tensor(const at::Tensor& samples)>;

// Samples whose largest output (the first of equals) is their label's.
std::int64_t count_correct(const at::Tensor& outputs, const std::int64_t* labels);

// The fraction of the set that is right; 0 for an empty set. The peers share the set.
double accuracy(Network& network, const data::Dataset& set, const Peers& peers,
                const Forward& forward);

}  // namespace qfx::train
