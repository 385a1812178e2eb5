#include "train/ops/chain.h"

#include <algorithm>

#include "train/tensors/blocks.h"
#include "train/tensors/layout.h"
#include "train/ops/activation.h"
#include "train/ops/batch_norm/batch_norm_pair.h"
#include "train/ops/any_device/operators.h"
#include "train/ops/overflow_count.h"

namespace qfx::train {
namespace {

using kernels::StageKind;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// What the two passes of one chain share.
struct ChainCall : torch::CustomClassHolder {
  std::vector<ChainStage> stages;
  std::vector<BatchNormPair> pairs;  // of each stage; a bias has the scale 1, a prelu no offset
  std::vector<int> saved;            // position of each saved tensor among the inputs
  std::size_t inputs = 0;

  // The stage that waits for the batch's moments; the number of stages where none does.
  std::size_t barrier() const {
    const auto found = std::find_if(stages.begin(), stages.end(), [](const ChainStage& s) {
      return s.norm && s.norm->uses_batch();
    });
    return static_cast<std::size_t>(found - stages.begin());
  }
};
using ChainCallPtr = c10::intrusive_ptr<ChainCall>;

template <class T>
std::vector<T> values_of(const std::vector<double>& values) {
  return std::vector<T>(values.begin(), values.end());
}

// The kernels' stages [0, count) on the block that begins at `offset`.
template <class T>
std::vector<kernels::Stage<T>> kernel_stages(const ChainCall& call, std::size_t count,
                                             at::TensorList inputs, std::int64_t offset,
                                             const std::vector<at::Tensor>& d_inputs) {
  std::vector<kernels::Stage<T>> stages;
  for (std::size_t k = 0; k < count; ++k) {
    const ChainStage& from = call.stages[k];
    kernels::Stage<T> stage;
    stage.kind = from.kind;
    stage.format = from.output->format;
    stage.frac_bits = from.output->frac_bits[0];
    if (from.kind == StageKind::CLIP)
      stage.bounds = {static_cast<T>(from.clip.min), static_cast<T>(from.clip.max)};
    if (from.side >= 0) {
      stage.side = inputs[from.side].data_ptr<T>() + offset;
      if (!d_inputs.empty() && d_inputs[from.side].defined())
        stage.d_side = d_inputs[from.side].data_ptr<T>() + offset;
    }
    if (from.kind == StageKind::AFFINE) {
      const BatchNormPair& pair = call.pairs[k];
      stage.scale = pair.cast_scale.data_ptr<T>();
      stage.offset = pair.cast_offset.data_ptr<T>();
      stage.in_double = pair.wide == Carrier::Float64;
    }
    if (from.kind == StageKind::PRELU) {
      stage.scale = call.pairs[k].cast_scale.data_ptr<T>();
      stage.in_double = from.wide == Carrier::Float64;
    }
    stages.push_back(stage);
  }
  return stages;
}

// Mean and variance (divided by the count) of each channel of the value before the barrier.
void measure(const ChainCall& call, at::TensorList inputs) {
  const at::Tensor& x = inputs[0];
  const std::size_t barrier = call.barrier();
  BatchNormCall& norm = *call.stages[barrier].norm;
  const kernels::Extent extent = channel_extent(x);
  const Blocks blocks(extent);
  const auto channels = static_cast<std::size_t>(extent.channels);
  std::vector<double> sums(static_cast<std::size_t>(blocks.count()) * channels), squares(sums);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    const T* from = x.data_ptr<T>();
    blocks.run([&](std::int64_t block, std::int64_t at, kernels::Extent part) {
      double* s = &sums[static_cast<std::size_t>(block) * channels];
      double* q = &squares[static_cast<std::size_t>(block) * channels];
      if (barrier == 0) {
        kernels::add_moments(from + at, part, s, q);
      } else {
        kernels::Chain<T>(kernel_stages<T>(call, barrier, inputs, at, {}), part)
            .add_moments(from + at, s, q);
      }
    });
  });
  std::vector<double> sum(channels, 0.0), sum_of_squares(channels, 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sum[i % channels] += sums[i];
    sum_of_squares[i % channels] += squares[i];
  }
  set_moments(norm, sum, sum_of_squares, extent.outer * extent.inner);
}

// The gradients of every stage from `first` on, added up in the order of the blocks.
std::vector<kernels::StageGradient> add_up(
    const std::vector<std::vector<kernels::StageGradient>>& by_block, std::size_t first,
    const ChainCall& call, variable_list& d_inputs, std::int64_t values) {
  std::vector<kernels::StageGradient> total(call.stages.size());
  if (by_block.empty()) return total;
  for (std::size_t k = first; k < by_block[0].size(); ++k) {
    std::vector<kernels::PointGradient> points;
    for (const auto& block : by_block) {
      const kernels::StageGradient& from = block[k];
      points.push_back(from.point);
      total[k].scale.resize(from.scale.size());
      total[k].offset.resize(from.offset.size());
      for (std::size_t c = 0; c < from.scale.size(); ++c) total[k].scale[c] += from.scale[c];
      for (std::size_t c = 0; c < from.offset.size(); ++c) total[k].offset[c] += from.offset[c];
    }
    const ChainStage& stage = call.stages[k];
    d_inputs[stage.f] = point_gradient(*stage.output, points, values);
  }
  return total;
}

struct RunChain : Function<RunChain> {
  static at::Tensor forward(AutogradContext* context, at::TensorList given,
                            const ChainCallPtr& call) {
    variable_list inputs(given.begin(), given.end());
    at::Tensor& x = inputs[0];
    x = dense(x);
    call->inputs = inputs.size();
    call->saved = {0};
    for (const ChainStage& stage : call->stages) {
      if (stage.side >= 0) {
        inputs[stage.side] = dense_like(inputs[stage.side], x);
        call->saved.push_back(stage.side);
      }
    }
    const std::size_t barrier = call->barrier();
    call->pairs.resize(call->stages.size());
    const auto fold_stages = [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) fold_stage(*call, k, inputs);
    };
    fold_stages(0, barrier);
    if (barrier < call->stages.size()) measure(*call, inputs);
    fold_stages(barrier, call->stages.size());

    at::Tensor y = at::empty_like(x);
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      T* to = y.data_ptr<T>();
      Blocks(channel_extent(x)).run([&](std::int64_t, std::int64_t at, kernels::Extent part) {
        kernels::Chain<T>(kernel_stages<T>(*call, call->stages.size(), inputs, at, {}), part)
            .forward(from + at, to + at);
      });
    });
    variable_list saved;
    for (const int position : call->saved) saved.push_back(inputs[position]);
    for (const ChainStage& stage : call->stages) {
      if (!stage.norm) continue;
      saved.push_back(inputs[stage.gamma]);
      call->saved.push_back(stage.gamma);
    }
    context->save_for_backward(saved);
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto call =
        c10::static_intrusive_pointer_cast<ChainCall>(context->saved_data["call"].toCapsule());
    variable_list inputs(call->inputs), d_inputs(call->inputs + 1);
    for (std::size_t i = 0; i < saved.size(); ++i) inputs[call->saved[i]] = saved[i];
    const at::Tensor& x = inputs[0];
    const at::Tensor dy = dense_like(gradients[0], x);
    const std::size_t barrier = call->barrier(), count = call->stages.size();
    const bool waits = barrier < count;
    if (waits || context->needs_input_grad(0)) d_inputs[0] = at::empty_like(x);
    for (const ChainStage& stage : call->stages) {
      if (stage.side >= 0 && context->needs_input_grad(stage.side))
        d_inputs[stage.side] = at::empty_like(x);
    }
    run_back(*call, inputs, dy, waits ? barrier : 0, count, nullptr, d_inputs);
    return d_inputs;
  }

 private:
  static void fold_stage(ChainCall& call, std::size_t k, const variable_list& inputs) {
    const ChainStage& stage = call.stages[k];
    if (stage.kind == StageKind::PRELU) call.pairs[k].cast_scale = inputs[stage.slope].contiguous();
    if (stage.kind != StageKind::AFFINE) return;
    if (stage.norm) {
      call.pairs[k] =
          fold(*stage.norm, inputs[stage.gamma], inputs[stage.beta], inputs[0].scalar_type());
    } else {
      const at::Tensor offset = inputs[stage.offset].contiguous();
      call.pairs[k] = {{}, {}, at::ones_like(offset), offset, stage.wide};
    }
  }

  // Back from stage `end` to stage `begin`, then over the batch's moments to stage 0. `line` is
  // what the moments of stage `end` add to dy.
  static void run_back(ChainCall& call, const variable_list& inputs, const at::Tensor& dy,
                       std::size_t begin, std::size_t end, const BatchNormGradients* line,
                       variable_list& d_inputs) {
    const at::Tensor& x = inputs[0];
    const Blocks blocks(channel_extent(x));
    std::vector<std::vector<kernels::StageGradient>> by_block(
        static_cast<std::size_t>(blocks.count()));
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      const T* above = dy.data_ptr<T>();
      T* to = d_inputs[0].defined() ? d_inputs[0].data_ptr<T>() : nullptr;
      std::vector<T> a, b;
      if (line != nullptr) a = values_of<T>(line->a), b = values_of<T>(line->b);
      const kernels::ChannelLine<T> channel_line{a.data(), b.data()};
      blocks.run([&](std::int64_t block, std::int64_t at, kernels::Extent part) {
        if (end == 0)
          return kernels::add_channel_line(from + at, above + at, to + at, part, a.data(),
                                           b.data());
        kernels::Chain<T>(kernel_stages<T>(call, end, inputs, at, d_inputs), part)
            .backward(from + at, above + at, to == nullptr ? nullptr : to + at, begin,
                      by_block[static_cast<std::size_t>(block)],
                      line != nullptr ? &channel_line : nullptr);
      });
    });
    if (end == 0) return;
    const std::vector<kernels::StageGradient> total =
        add_up(by_block, begin, call, d_inputs, x.numel());
    for (std::size_t k = begin; k < end; ++k) {
      const ChainStage& stage = call.stages[k];
      if (stage.kind == StageKind::PRELU)
        d_inputs[stage.slope] =
            at::tensor(at::ArrayRef<double>(total[k].scale), at::kDouble).to(x.scalar_type());
      if (stage.kind != StageKind::AFFINE) continue;
      if (!stage.norm) {
        d_inputs[stage.offset] =
            at::tensor(at::ArrayRef<double>(total[k].offset), at::kDouble).to(x.scalar_type());
        continue;
      }
      const BatchNormGradients d = train::backward(*stage.norm, call.pairs[k], inputs[stage.gamma],
                                                   total[k].scale, total[k].offset);
      d_inputs[stage.gamma] = d.gamma;
      d_inputs[stage.beta] = d.beta;
      d_inputs[stage.f_scale] = d.f_scale;
      d_inputs[stage.f_offset] = d.f_offset;
      if (stage.norm->uses_batch()) run_back(call, inputs, d_inputs[0], 0, k, &d, d_inputs);
    }
  }
};

}  // namespace

int ElementChain::input(const at::Tensor& tensor) {
  inputs_.push_back(tensor);
  return static_cast<int>(inputs_.size()) - 1;
}

ChainStage& ElementChain::append(StageKind kind, const at::Tensor& f, const AssignmentPtr& output) {
  ChainStage& stage = stages_.emplace_back();
  stage.kind = kind;
  stage.output = output;
  stage.f = input(f);
  return stage;
}

void ElementChain::cast(const at::Tensor& f, const AssignmentPtr& output) {
  append(StageKind::CAST, f, output);
}

void ElementChain::relu(const at::Tensor& f, const AssignmentPtr& output) {
  append(StageKind::RELU, f, output);
}

void ElementChain::clip(const graph::Clip& clip, const at::Tensor& f, const AssignmentPtr& output) {
  TORCH_INTERNAL_ASSERT(clip_type(type(), clip) == type());
  append(StageKind::CLIP, f, output).clip = clip;
}

void ElementChain::add(const at::Tensor& side, const at::Tensor& f, const AssignmentPtr& output) {
  const int position = input(side);
  append(StageKind::ADD, f, output).side = position;
}

void ElementChain::mul(const at::Tensor& side, const at::Tensor& f, const AssignmentPtr& output) {
  const int position = input(side);
  append(StageKind::MUL, f, output).side = position;
}

void ElementChain::bias(const at::Tensor& offset, Carrier wide, const at::Tensor& f,
                        const AssignmentPtr& output) {
  const int position = input(offset);
  ChainStage& stage = append(StageKind::AFFINE, f, output);
  stage.offset = position;
  stage.wide = wide;
}

void ElementChain::prelu(const at::Tensor& slope, Carrier wide, const at::Tensor& f,
                         const AssignmentPtr& output) {
  const int position = input(slope);
  ChainStage& stage = append(StageKind::PRELU, f, output);
  stage.slope = position;
  stage.wide = wide;
}

void ElementChain::batch_norm(const at::Tensor& gamma, const at::Tensor& beta,
                              const at::Tensor& f_scale, const at::Tensor& f_offset,
                              const at::Tensor& f, const AssignmentPtr& output,
                              const BatchNormCallPtr& norm) {
  const int positions[] = {input(gamma), input(beta), input(f_scale), input(f_offset)};
  ChainStage& stage = append(StageKind::AFFINE, f, output);
  stage.norm = norm;
  stage.gamma = positions[0];
  stage.beta = positions[1];
  stage.f_scale = positions[2];
  stage.f_offset = positions[3];
  uses_batch_ |= norm->uses_batch();
}

void ElementChain::to(at::ScalarType type) {
  if (type == this->type()) return;
  value();
  inputs_[0] = inputs_[0].to(type);
}

const at::Tensor& ElementChain::value() {
  if (!stages_.empty()) {
    const auto call = c10::make_intrusive<ChainCall>();
    call->stages = std::move(stages_);
    if (road_ != Road::Operators && counts_now(*call->stages[0].output, inputs_))
      count_stages(inputs_, call->stages);
    inputs_ = {road_ == Road::Operators ? run_operators(inputs_, call->stages)
                                        : RunChain::apply(at::TensorList(inputs_), call)};
    stages_.clear();
    uses_batch_ = false;
  }
  return inputs_[0];
}

at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment) {
  ElementChain chain(x);
  chain.cast(f, assignment);
  return chain.value();
}

}  // namespace qfx::train
