// The binary point of a tensor that has none yet, from values that it holds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "qfx/graph/calibration.h"
#include "qfx/graph/spec.h"

namespace qfx::steps {

struct PointSearch {
  graph::CalibrationMethod method = graph::CalibrationMethod::Mse;
  double percentile = 99.99;
};

// The binary point that the method gives these values under the spec. Raises UserError for a NaN or
// infinity among the values (`tensor` is for the message).
//   Max        F = W - s - ceil(log2 max|x|), s = 1 for a signed format
//   Mean3Sd    likewise with |mean| + 3 standard deviations
//   Percentile likewise with that percentile of |x|
//   Mse        the F of least squared error between x and its cast, K-hot included
//   Kl         the F of least Kullback-Leibler divergence between the histograms of |x| and of its
//   cast
int choose_point(std::span<const float> values, const graph::QuantSpec& spec,
                 const PointSearch& search, const std::string& tensor);

// The points of a bias, but none finer than the products that it is added to: it would widen their
// sums and change nothing that is seen. One before a batch_norm, which training drives to zero,
// would by tens of bits. One entry, or one per channel; input: of the product's x.
std::vector<int> coarsened_bias(const std::vector<int>& bias, const std::vector<int>& weight,
                                int input);

}  // namespace qfx::steps
