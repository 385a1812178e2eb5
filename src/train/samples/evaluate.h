// How good a network is on a set, in the measures of its task.
#pragma once

#include <functional>

#include "train/machine/peers.h"
#include "train/network/network.h"

#include "qfx/data/dataset.h"
#include "qfx/measure/measure.h"

namespace qfx::train {

// Output values of a batch of preprocessed samples, {batch, outputs}.
using Forward = std::function<at::Tensor(const at::Tensor& samples)>;
// How many of how many samples are done. May be empty.
using Counter = std::function<void(std::int64_t done, std::int64_t total)>;

struct Evaluation {
  measure::Measures measures;
  bool is_constant = false;  // the outputs of all samples, several, are the same
};

// Samples whose largest output (the first of equals) is their label's.
std::int64_t count_correct(const at::Tensor& outputs, const std::int64_t* labels);

// Of the whole set, which the peers share; all of them have the result.
Evaluation evaluate(Network& network, const graph::Task& task, const data::Dataset& set,
                    const Peers& peers, const Forward& forward, const Counter& done = {});

}  // namespace qfx::train
