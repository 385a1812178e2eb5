#include "train/ops/chain.h"

#include <utility>

#include "train/machine/threads.h"
#include "train/ops/activation.h"
#include "train/ops/any_device/operators.h"
#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

template <class T>
using Operands = std::vector<typename steps::ChainRun<T>::Operand>;

// The positions of x and the sides.
std::vector<std::size_t> like_x(const std::vector<steps::Stage>& stages) {
  std::vector<std::size_t> positions{0};
  for (const steps::Stage& stage : stages) {
    if (const int side = side_of(stage); side > 0)
      positions.push_back(static_cast<std::size_t>(side));
  }
  return positions;
}

template <class T>
typename steps::ChainRun<T>::Operand operand_of(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kDouble) return tensor.data_ptr<double>();
  return tensor.data_ptr<float>();
}

// On the kernels. T is the type of x. counts: no way back will come to count what overflows.
template <class T>
at::Tensor run_kernels(const std::vector<at::Tensor>& all, std::vector<steps::Stage> given,
                       bool counts) {
  const std::vector<std::size_t> large = like_x(given);
  const auto run = std::make_shared<steps::ChainRun<T>>(std::move(given), channel_extent(all[0]),
                                                        on_torchs_threads);
  std::vector<at::ScalarType> types;
  for (const at::Tensor& input : all) types.push_back(input.scalar_type());
  const auto backward = [run, large, types](const BackwardCall& call) -> Tensors {
    const at::Tensor& x = call.kept[0];
    const at::Tensor dy = dense_like(call.dy[0], x);
    Operands<T> operands(types.size());
    std::vector<T*> d_operands(types.size());
    Tensors d_inputs(types.size());
    for (std::size_t i = 0; i < large.size(); ++i) {
      const std::size_t position = large[i];
      operands[position] = operand_of<T>(call.kept[i]);
      if (!call.wants(position) && !(position == 0 && run->waits_for_batch())) continue;
      d_inputs[position] = at::empty_like(x);
      d_operands[position] = d_inputs[position].data_ptr<T>();
    }
    for (const auto& [position, values] : run->backward(operands, dy.data_ptr<T>(), d_operands))
      d_inputs[position] = double_tensor(values).to(types[position]);
    return d_inputs;
  };
  const auto forward = [&](const Tensors& inputs, Tensors& kept) -> Tensors {
    const at::Tensor x = dense(inputs[0]);
    Tensors arrays;
    for (const at::Tensor& input : inputs)
      arrays.push_back(input.sizes() == x.sizes() ? dense_like(input, x) : input.contiguous());
    for (const std::size_t position : large) kept.push_back(arrays[position]);
    Operands<T> operands;
    for (const at::Tensor& array : arrays) operands.push_back(operand_of<T>(array));
    at::Tensor y = at::empty_like(x);
    run->forward(operands, y.data_ptr<T>());
    if (counts) backward({kept, {at::zeros_like(x)}, [](std::size_t) { return false; }});
    return {y};
  };
  return differentiable(all, forward, backward)[0];
}

}  // namespace

int ElementChain::input(const at::Tensor& tensor) {
  inputs_.push_back(tensor);
  return static_cast<int>(inputs_.size()) - 1;
}

void ElementChain::append(steps::Work work, const at::Tensor& f,
                          const steps::AssignmentPtr& output) {
  stages_.push_back({std::move(work), output, input(f)});
  uses_batch_ |= waits_for_batch(stages_.back());
}

void ElementChain::cast(const at::Tensor& f, const steps::AssignmentPtr& output) {
  append(steps::CastStage{}, f, output);
}

void ElementChain::relu(const at::Tensor& f, const steps::AssignmentPtr& output) {
  append(steps::ReluStage{}, f, output);
}

void ElementChain::clip(const graph::Clip& clip, const at::Tensor& f,
                        const steps::AssignmentPtr& output) {
  TORCH_INTERNAL_ASSERT(clip_type(type(), clip) == type());
  append(steps::ClipStage{clip}, f, output);
}

void ElementChain::add(const at::Tensor& side, const at::Tensor& f,
                       const steps::AssignmentPtr& output) {
  append(steps::AddStage{input(side)}, f, output);
}

void ElementChain::mul(const at::Tensor& side, const at::Tensor& f,
                       const steps::AssignmentPtr& output) {
  append(steps::MulStage{input(side)}, f, output);
}

void ElementChain::offset(const at::Tensor& offset, steps::Carrier wide, const at::Tensor& f,
                          const steps::AssignmentPtr& output) {
  append(steps::AffineStage{0, input(offset), wide}, f, output);
}

void ElementChain::affine(const at::Tensor& scale, const at::Tensor& offset, steps::Carrier wide,
                          const at::Tensor& f, const steps::AssignmentPtr& output) {
  const int scale_at = input(scale);
  append(steps::AffineStage{scale_at, offset.defined() ? input(offset) : 0, wide}, f, output);
}

void ElementChain::prelu(const at::Tensor& slope, steps::Carrier wide, const at::Tensor& f,
                         const steps::AssignmentPtr& output) {
  append(steps::PreluStage{input(slope), wide}, f, output);
}

std::shared_ptr<const steps::Moments> ElementChain::batch_norm(
    const at::Tensor& gamma, const at::Tensor& beta, const at::Tensor& f_scale,
    const at::Tensor& f_offset, const steps::BatchNormCasts& casts, const at::Tensor& f,
    const steps::AssignmentPtr& output) {
  const auto measured = std::make_shared<steps::Moments>();
  append(steps::BatchNormStage{input(gamma), input(beta), input(f_scale), input(f_offset), casts,
                               measured},
         f, output);
  return measured;
}

void ElementChain::to(at::ScalarType type) {
  if (type == this->type()) return;
  value();
  inputs_[0] = inputs_[0].to(type);
}

const at::Tensor& ElementChain::value() {
  if (stages_.empty()) return inputs_[0];
  std::vector<steps::Stage> stages = std::exchange(stages_, {});
  uses_batch_ = false;
  if (road_ == Road::Operators) {
    inputs_ = {run_operators(inputs_, stages)};
    return inputs_[0];
  }
  const bool counts = counts_now(*stages[0].output, inputs_);
  inputs_ = {with_carrier(inputs_[0], [&](auto carrier) {
    return run_kernels<decltype(carrier)>(inputs_, std::move(stages), counts);
  })};
  return inputs_[0];
}

at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const steps::AssignmentPtr& assignment) {
  ElementChain chain(x);
  chain.cast(f, assignment);
  return chain.value();
}

}  // namespace qfx::train
