// Binary points for what has none: of parameters from their values, of activations from samples.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "train/network/network.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// The binary point that the method gives these values under the spec. Raises UserError for a
// NaN or infinity among the values (`tensor` is for the message).
//   max        F = W - s - ceil(log2 max|x|), s = 1 for a signed format
//   mean3sd    likewise with |mean| + 3 standard deviations
//   percentile likewise with that percentile of |x|
//   mse        the F of least squared error between x and its cast, K-hot included
//   kl         the F of least Kullback-Leibler divergence between the histograms of |x| and of its
//   cast
int choose_point(std::span<const float> values, const graph::QuantSpec& spec,
                 const frontends::Calibration& calibration, const std::string& tensor);

// Layer by layer in graph order, each from what its already cast predecessors give. Parameters: by
// "max" where that is the method, else by "mse". samples: preprocessed, {batch, ...}.
void calibrate_network(Network& network, const frontends::Calibration& calibration,
                       const at::Tensor& samples);

// Calls `visit` with what each tensor holds before its cast, in graph order: parameters in float,
// activations as their cast predecessors give them. The visit may set the point; it is used after
// it.
using TensorVisitor =
    std::function<void(Point& point, const at::Tensor& values, bool is_parameter)>;
void visit_uncast_values(Network& network, const at::Tensor& samples, const TensorVisitor& visit);

}  // namespace qfx::train
