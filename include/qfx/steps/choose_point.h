// The binary point of a tensor that has none yet, from values that it holds.
#pragma once

#include <cstdint>
#include <map>
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

// The binary point that the method gives a tensor's values under the spec. They may come in parts,
// and then only what the method looks at is kept: a few numbers, but for Mse and Kl every value.
//   Max        F = W - s - ceil(log2 max|x|), s = 1 for a signed format
//   Mean3Sd    likewise with |mean| + 3 standard deviations
//   Percentile likewise with that percentile of |x|
//   Mse        the F of least squared error between x and its cast, K-hot included
//   Kl         the F of least Kullback-Leibler divergence between the histograms of |x| and of its
//   cast
class PointChooser {
 public:
  // tensor: for messages.
  PointChooser(const graph::QuantSpec& spec, const PointSearch& search, std::string tensor);

  // Whether the method looks at every value again, and is content with some of many.
  bool searches() const;
  // Raises UserError for a NaN or infinity among the values.
  void add(std::span<const float> values);
  // Of at least one value.
  int point() const;

 private:
  void add_moments(std::span<const float> values);
  double percentile_magnitude() const;

  graph::QuantSpec spec_;
  PointSearch search_;
  std::string tensor_;
  double largest_ = 0;
  double count_ = 0, mean_ = 0, squares_ = 0;     // Mean3Sd
  std::map<int, std::int64_t> by_exponent_ = {};  // Percentile: values by ceil(log2 |x|)
  std::vector<float> values_ = {};                // Mse, Kl
};

// Of values that come at once.
int choose_point(std::span<const float> values, const graph::QuantSpec& spec,
                 const PointSearch& search, const std::string& tensor);

// The points of a bias, but none finer than the products that it is added to: it would widen their
// sums and change nothing that is seen. One before a batch_norm, which training drives to zero,
// would by tens of bits. One entry, or one per channel; input: of the product's x.
std::vector<int> coarsened_bias(const std::vector<int>& bias, const std::vector<int>& weight,
                                int input);

}  // namespace qfx::steps
