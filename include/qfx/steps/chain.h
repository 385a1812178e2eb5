// Element-wise layers between two products, run as one pass over memory forward and one backward
// (two each where a BatchNorm looks at its batch first). Of a chain only its input and the other
// operands are kept; the way back computes the values in between again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "qfx/graph/op.h"
#include "qfx/kernels/chain.h"
#include "qfx/steps/batch_norm.h"

namespace qfx::steps {

// What the stages compute before their cast. Operands are positions among the chain's inputs, whose
// first is x.
struct CastStage {};  // x
struct ReluStage {};  // max(x, 0)
struct ClipStage {    // min(max(x, min), max); x's type holds both bounds
  graph::Clip bounds;
};
struct AddStage {  // x + side, side like x
  int side = 0;
};
struct MulStage {  // x * side, side like x
  int side = 0;
};
struct AffineStage {  // scale[c] * x + offset[c], {channels} in x's type; 0: no such operand
  int scale = 0, offset = 0;
  Carrier wide = Carrier::Float32;  // where product and sum are exact
};
struct PreluStage {  // x > 0 ? x : slope[c] * x, slope {channels} in x's type
  int slope = 0;
  Carrier wide = Carrier::Float32;  // where the product is exact
};
struct BatchNormStage {  // scale[c] * x + offset[c], the pair from gamma and beta {channels},
                         // float32
  int gamma = 0, beta = 0;
  int f_scale = 0, f_offset = 0;  // the points of the pair
  BatchNormCasts casts;
  std::shared_ptr<Moments> measured;  // receives the batch's moments; null: nobody asks
};
using Work = std::variant<CastStage, ReluStage, ClipStage, AddStage, MulStage, AffineStage,
                          PreluStage, BatchNormStage>;

// One assignment of the chain: y = cast(work).
struct Stage {
  Work work;
  AssignmentPtr output;
  int f = 0;  // the position of output's point
};

// Whether the stage waits for the moments of a batch. A chain has one such stage at most.
bool waits_for_batch(const Stage& stage);

// The position of the stage's operand that is like x; 0 where it has none.
int side_of(const Stage& stage);

// One forward pass and the way back, over dense arrays of T, float or double.
template <class T>
class ChainRun {
 public:
  // An input's values; a point's are never read.
  using Operand = std::variant<const float*, const double*>;

  // At least one stage. extent: of x and every side.
  ChainRun(std::vector<Stage> stages, const kernels::Extent& extent, Loop loop);

  bool waits_for_batch() const { return barrier_ < stages_.size(); }

  // y, the last stage's values; may be x. Raises UserError where no carrier is exact.
  void forward(const std::vector<Operand>& inputs, T* y);

  // inputs: x and the sides as the forward had them, the others are not read. d_inputs receives the
  // gradients of x and the sides; null where nobody asks, but for x where a stage waits for its
  // batch. Returns those of the other inputs, by position.
  std::map<int, std::vector<double>> backward(const std::vector<Operand>& inputs, const T* dy,
                                              const std::vector<T*>& d_inputs);

 private:
  // What the forward found out about a stage with numbers per channel.
  struct PerChannel {
    std::vector<T> scale, offset;  // cast
    bool in_double = false;
    std::vector<float> gamma;  // and what follows: of a BatchNorm
    Moments moments;
    graph::FoldedPair pair;
  };
  struct Back {
    const std::vector<Operand>& inputs;
    const std::vector<T*>& d_inputs;
    std::map<int, std::vector<double>> gradients;
  };
  // a[c] + b[c] * value: what a batch's moments add to a gradient.
  struct Line {
    std::vector<T> a, b;
  };

  void prepare(std::size_t begin, std::size_t end, const std::vector<Operand>& inputs);
  Moments measured(const BatchNormCasts& casts, const std::vector<Operand>& inputs) const;
  std::vector<kernels::Stage<T>> kernel_stages(std::size_t count,
                                               const std::vector<Operand>& inputs,
                                               const std::vector<T*>& d_inputs,
                                               std::int64_t offset) const;
  // From the values of stage `end` back to those before stage `begin`. Returns what the batch of
  // stage `begin` adds, where that waits for one.
  std::optional<Line> run_back(std::size_t begin, std::size_t end, const T* dy, const Line* line,
                               Back& back);
  std::optional<Line> gradients_of(std::size_t k, const kernels::StageGradient& total, Back& back);

  std::vector<Stage> stages_;
  std::size_t barrier_;  // the stage that waits for its batch; the number of stages where none does
  std::vector<PerChannel> per_channel_;  // of each stage
  kernels::Extent extent_;
  Loop loop_;
};

}  // namespace qfx::steps
