// A network in floating point: the float phase, and what calibration sees before each cast.
#pragma once

#include <vector>

#include "train/network/dropout.h"
#include "train/network/loss_input.h"
#include "train/network/network.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

// The value of one node before its cast, from its inputs' values and its parameters by role. The
// derived ones may be left out: batch_norm then normalises, by the batch while training, which also
// moves the running statistics, else by the running statistics; leaky_relu takes its attribute.
using RealParameters = graph::ByRole<at::Tensor>;
at::Tensor real_value(const graph::Node& node, Layer& layer, const std::vector<at::Tensor>& inputs,
                      const RealParameters& parameters, bool training,
                      const steps::AddUp& add_up = {});

// The whole network without any cast; the output's values {batch, ...}, or joined_outputs() of
// several. input: preprocessed
// samples, on the device that computes. With `add_up` the batch's statistics
// are of all its processes' samples.
at::Tensor float_forward(Network& network, const at::Tensor& input, bool training,
                         const steps::AddUp& add_up = {}, const Dropout* dropout = nullptr,
                         Tap* tap = nullptr);

}  // namespace qfx::train
