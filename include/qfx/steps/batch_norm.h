// BatchNorm per channel: the moments of a batch, the statistics that follow them, and the folded
// pair of scale and offset, from moments to cast values and back to gamma and beta.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "qfx/graph/freeze.h"
#include "qfx/steps/assignment.h"
#include "qfx/steps/exactness.h"

namespace qfx::steps {

// Adds up a row of numbers over all processes that share a batch, in place.
using AddUp = std::function<void(std::vector<double>&)>;

struct Moments {
  std::vector<double> mean, variance;  // per channel; the variance divided by the count
  std::int64_t values = 0;             // per channel
};

// From the sums of each channel's values and of their squares over the `values` values that are
// here; with `add_up`, of all that its processes have.
Moments moments_of(const std::vector<double>& sums, const std::vector<double>& squares,
                   std::int64_t values, const AddUp& add_up);

// The running statistics {channels} take up a batch as torch's do: by the unbiased variance.
void move_statistics(const Moments& batch, double momentum, float* running_mean,
                     float* running_var);

// BatchNorm as a layer in fixed point has it: scale and offset, each cast with a point of its own,
// then one cast of scale * x + offset. All of this is known before the batch is.
struct BatchNormCasts {
  double eps = 1e-5;
  AssignmentPtr scale, offset;
  Grid input;        // of x
  std::string node;  // for messages
  // The statistics to fold; nothing: the moments of the batch.
  std::optional<Moments> running;
  AddUp add_up;  // over those that share the batch; empty: it is all here

  bool uses_batch() const { return !running.has_value(); }
};

// graph::fold_pair of these moments.
graph::FoldedPair fold_pair(const Moments& moments, std::span<const float> gamma,
                            std::span<const float> beta, double eps);

// The cast pair in scale and offset {channels}, T the type of x. Returns the narrowest carrier in
// which scale * x + offset is exact on every channel; raises UserError where there is none.
template <class T>
Carrier cast_pair(const graph::FoldedPair& pair, const BatchNormCasts& casts, T* scale, T* offset);

struct BatchNormGradient {
  std::vector<float> gamma, beta;
  std::vector<float> f_scale, f_offset;  // of the pair's points
  // The batch's share of the gradient of x: a[c] + b[c] * x. Empty under running statistics.
  std::vector<double> a, b;
};

// From the gradients of the cast pair that came from these moments.
BatchNormGradient batch_norm_backward(const BatchNormCasts& casts, const Moments& moments,
                                      const graph::FoldedPair& pair, std::span<const float> gamma,
                                      std::vector<double> d_scale, std::vector<double> d_offset);

}  // namespace qfx::steps
