// Element-wise nodes between two of torch's operators, run as one pass over memory forward and one
// backward (two each where a BatchNorm looks at its batch first).
#pragma once

#include <string>
#include <vector>

#include "train/tensors/exactness.h"
#include "train/tensors/assignment.h"
#include "train/machine/peers.h"

#include "qfx/graph/op.h"
#include "qfx/kernels/chain.h"

namespace qfx::train {

// BatchNorm as the folded pair: scale and offset, each cast with a point of its own, then one cast
// of scale * x + offset.
struct BatchNormCall : torch::CustomClassHolder {
  double eps = 1e-5;
  AssignmentPtr scale, offset;
  Grid input;        // of x
  std::string node;  // for messages
  // Filled where the pair comes from the running statistics: graph::fold_pair's floats, so that the
  // forward has freeze's bits. Empty: from the batch, whose moments then come back below.
  std::vector<float> folded_scale, folded_offset;
  std::vector<float> running_mean, running_var;  // with the folded pair, for the gradient
  std::vector<double> batch_mean, batch_variance;
  std::int64_t values = 0;       // a channel, of the batch
  const Peers* peers = nullptr;  // those that share the batch; null: it is all here

  bool uses_batch() const { return folded_scale.empty(); }
};
using BatchNormCallPtr = c10::intrusive_ptr<BatchNormCall>;

// One assignment of the chain. Tensors are positions in the chain's inputs.
struct ChainStage {
  kernels::StageKind kind = kernels::StageKind::CAST;
  AssignmentPtr output;
  graph::Clip clip;                 // CLIP
  Carrier wide = Carrier::Float32;  // AFFINE, PRELU: where product and sum are exact
  BatchNormCallPtr norm;            // AFFINE of a batch_norm
  int f = -1;                       // output's point
  int side = -1;                    // ADD, MUL
  int offset = -1;                  // AFFINE of a bias: its cast values
  int slope = -1;                   // PRELU: its cast values
  int gamma = -1, beta = -1, f_scale = -1, f_offset = -1;  // AFFINE of a batch_norm
};

// How element-wise work is done. All roads give the same values bit for bit, and the same gradients
// but for the order of sums: Operators adds up in its own, and where three or more read a tensor
// torch's engine adds their gradients in the order it meets them.
enum class Road {
  Fused,       // chains in one pass, on the kernels
  NodeByNode,  // each node by itself, on the kernels
  Operators    // each node in torch's plain operators, on any device
};

// A tensor and what is still to be done with it. x is {N, C, ...}, float32 or float64, and each
// value in between is proved exact in that type.
class ElementChain {
 public:
  ElementChain() = default;
  explicit ElementChain(const at::Tensor& x, Road road = Road::Fused) : road_(road), inputs_{x} {}

  // cast(x)
  void cast(const at::Tensor& f, const AssignmentPtr& output);
  // cast(max(x, 0))
  void relu(const at::Tensor& f, const AssignmentPtr& output);
  // cast(min(max(x, clip.min), clip.max)); x's type holds both bounds (clip_type)
  void clip(const graph::Clip& clip, const at::Tensor& f, const AssignmentPtr& output);
  // cast(x + side), side of the same shape and type
  void add(const at::Tensor& side, const at::Tensor& f, const AssignmentPtr& output);
  // cast(x * side), likewise
  void mul(const at::Tensor& side, const at::Tensor& f, const AssignmentPtr& output);
  // cast(x + offset[c]); offset {C} in x's type
  void bias(const at::Tensor& offset, Carrier wide, const at::Tensor& f,
            const AssignmentPtr& output);
  // cast(x > 0 ? x : slope[c] * x); slope {C} in x's type
  void prelu(const at::Tensor& slope, Carrier wide, const at::Tensor& f,
             const AssignmentPtr& output);
  // gamma, beta {C} float32; f_* the points of the pair and of the output.
  void batch_norm(const at::Tensor& gamma, const at::Tensor& beta, const at::Tensor& f_scale,
                  const at::Tensor& f_offset, const at::Tensor& f, const AssignmentPtr& output,
                  const BatchNormCallPtr& norm);

  // Whether a stage waits for the moments of a batch; a chain has one such stage at most.
  bool uses_batch() const { return uses_batch_; }
  at::ScalarType type() const { return inputs_[0].scalar_type(); }
  std::size_t stages() const { return stages_.size(); }
  // Goes on in another type; what is pending runs in the present one.
  void to(at::ScalarType type);

  // The value; runs what is pending. Then the chain is this tensor.
  const at::Tensor& value();

 private:
  ChainStage& append(kernels::StageKind kind, const at::Tensor& f, const AssignmentPtr& output);
  int input(const at::Tensor& tensor);

  Road road_ = Road::Fused;
  std::vector<at::Tensor> inputs_;  // x first
  std::vector<ChainStage> stages_;
  bool uses_batch_ = false;
};

// y = cast(x). x float32 or float64, any shape; f float32 {1}.
at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment);

}  // namespace qfx::train
