// Element-wise layers on a tensor that wait to be run as one chain (qfx/steps/chain.h).
#pragma once

#include <memory>
#include <vector>

#include "train/machine/torch.h"
#include "train/ops/road.h"

#include "qfx/steps/chain.h"

namespace qfx::train {

// A tensor and what is still to be done with it. x is {N, C, ...}, float32 or float64, and each
// value in between is proved exact in that type.
class ElementChain {
 public:
  ElementChain() = default;
  explicit ElementChain(const at::Tensor& x, Road road = Road::Fused) : road_(road), inputs_{x} {}

  // cast(x)
  void cast(const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(max(x, 0))
  void relu(const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(min(max(x, clip.min), clip.max)); x's type holds both bounds (clip_type)
  void clip(const graph::Clip& clip, const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(x + side), side of the same shape and type
  void add(const at::Tensor& side, const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(x * side), likewise
  void mul(const at::Tensor& side, const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(x + offset[c]); offset {C} in x's type
  void offset(const at::Tensor& offset, steps::Carrier wide, const at::Tensor& f,
              const steps::AssignmentPtr& output);
  // cast(scale[c] * x + offset[c]); both {C} in x's type, an undefined offset is none
  void affine(const at::Tensor& scale, const at::Tensor& offset, steps::Carrier wide,
              const at::Tensor& f, const steps::AssignmentPtr& output);
  // cast(x > 0 ? x : slope[c] * x); slope {C} in x's type
  void prelu(const at::Tensor& slope, steps::Carrier wide, const at::Tensor& f,
             const steps::AssignmentPtr& output);
  // cast(scale[c] * x + offset[c]) of the cast pair; gamma, beta {C} float32; f_* the points of the
  // pair and of the output. The batch's moments are in the result once the chain has run.
  std::shared_ptr<const steps::Moments> batch_norm(const at::Tensor& gamma, const at::Tensor& beta,
                                                   const at::Tensor& f_scale,
                                                   const at::Tensor& f_offset,
                                                   const steps::BatchNormCasts& casts,
                                                   const at::Tensor& f,
                                                   const steps::AssignmentPtr& output);

  // Whether a stage waits for the moments of a batch; a chain has one such stage at most.
  bool uses_batch() const { return uses_batch_; }
  at::ScalarType type() const { return inputs_[0].scalar_type(); }
  std::size_t stages() const { return stages_.size(); }
  // Goes on in another type; what is pending runs in the present one.
  void to(at::ScalarType type);

  // The value; runs what is pending. Then the chain is this tensor.
  const at::Tensor& value();

 private:
  void append(steps::Work work, const at::Tensor& f, const steps::AssignmentPtr& output);
  int input(const at::Tensor& tensor);

  Road road_ = Road::Fused;
  std::vector<at::Tensor> inputs_;  // x first
  std::vector<steps::Stage> stages_;
  bool uses_batch_ = false;
};

// y = cast(x). x float32 or float64, any shape; f float32 {1}.
at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const steps::AssignmentPtr& assignment);

}  // namespace qfx::train
