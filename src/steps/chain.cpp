#include "qfx/steps/chain.h"

#include <algorithm>

namespace qfx::steps {
namespace {

using graph::Overloaded;
using kernels::Extent;
using kernels::StageGradient;
using kernels::StageKind;

StageKind kind_of(const Work& work) {
  return std::visit(Overloaded{[](const CastStage&) { return StageKind::CAST; },
                               [](const ReluStage&) { return StageKind::RELU; },
                               [](const ClipStage&) { return StageKind::CLIP; },
                               [](const AddStage&) { return StageKind::ADD; },
                               [](const MulStage&) { return StageKind::MUL; },
                               [](const AffineStage&) { return StageKind::AFFINE; },
                               [](const PreluStage&) { return StageKind::PRELU; },
                               [](const BatchNormStage&) { return StageKind::AFFINE; }},
                    work);
}

// `from` added to `to`, which it gives its size.
void add_to(std::vector<double>& to, const std::vector<double>& from) {
  to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

std::vector<double> as_doubles(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

bool waits_for_batch(const Stage& stage) {
  const auto* norm = std::get_if<BatchNormStage>(&stage.work);
  return norm != nullptr && norm->casts.uses_batch();
}

int side_of(const Stage& stage) {
  const auto none = [](const auto&) { return 0; };
  return std::visit(Overloaded{[](const AddStage& add) { return add.side; },
                               [](const MulStage& mul) { return mul.side; }, none},
                    stage.work);
}

template <class T>
ChainRun<T>::ChainRun(std::vector<Stage> stages, const Extent& extent, Loop loop)
    : stages_(std::move(stages)),
      barrier_(static_cast<std::size_t>(
          std::find_if(stages_.begin(), stages_.end(), steps::waits_for_batch) - stages_.begin())),
      per_channel_(stages_.size()),
      extent_(extent),
      loop_(std::move(loop)) {}

template <class T>
void ChainRun<T>::forward(const std::vector<Operand>& inputs, T* y) {
  prepare(0, barrier_, inputs);
  prepare(barrier_, stages_.size(), inputs);
  const T* x = std::get<const T*>(inputs[0]);
  Blocks(extent_).run(loop_, [&](std::int64_t, std::int64_t at, const Extent& part) {
    kernels::Chain<T>(kernel_stages(stages_.size(), inputs, {}, at), part).forward(x + at, y + at);
  });
}

// In order: what a batch's moments are taken of has gone through the stages before.
template <class T>
void ChainRun<T>::prepare(std::size_t begin, std::size_t end, const std::vector<Operand>& inputs) {
  const auto channels = static_cast<std::size_t>(extent_.channels);
  const auto row = [&](int input) {
    const T* values = std::get<const T*>(inputs[static_cast<std::size_t>(input)]);
    return std::vector<T>(values, values + channels);
  };
  const auto floats = [&](int input) {
    return std::span(std::get<const float*>(inputs[static_cast<std::size_t>(input)]), channels);
  };
  for (std::size_t k = begin; k < end; ++k) {
    PerChannel& found = per_channel_[k];
    if (const auto* affine = std::get_if<AffineStage>(&stages_[k].work)) {
      found.scale = affine->scale > 0 ? row(affine->scale) : std::vector<T>(channels, T(1));
      found.offset = affine->offset > 0 ? row(affine->offset) : std::vector<T>(channels, T(0));
      found.in_double = affine->wide == Carrier::Float64;
    } else if (const auto* prelu = std::get_if<PreluStage>(&stages_[k].work)) {
      found.scale = row(prelu->slope);
      found.in_double = prelu->wide == Carrier::Float64;
    } else if (const auto* norm = std::get_if<BatchNormStage>(&stages_[k].work)) {
      const std::span<const float> gamma = floats(norm->gamma);
      found.gamma.assign(gamma.begin(), gamma.end());
      found.moments =
          norm->casts.uses_batch() ? measured(norm->casts, inputs) : *norm->casts.running;
      if (norm->measured != nullptr) *norm->measured = found.moments;
      found.pair = fold_pair(found.moments, gamma, floats(norm->beta), norm->casts.eps);
      found.scale.resize(channels);
      found.offset.resize(channels);
      found.in_double = cast_pair(found.pair, norm->casts, found.scale.data(),
                                  found.offset.data()) == Carrier::Float64;
    }
  }
}

// The moments of what the barrier reads.
template <class T>
Moments ChainRun<T>::measured(const BatchNormCasts& casts,
                              const std::vector<Operand>& inputs) const {
  const T* x = std::get<const T*>(inputs[0]);
  const Blocks blocks(extent_);
  const auto channels = static_cast<std::size_t>(extent_.channels);
  std::vector<double> sums(static_cast<std::size_t>(blocks.count()) * channels), squares(sums);
  blocks.run(loop_, [&](std::int64_t block, std::int64_t at, const Extent& part) {
    double* s = &sums[static_cast<std::size_t>(block) * channels];
    double* q = &squares[static_cast<std::size_t>(block) * channels];
    if (barrier_ == 0) {
      kernels::add_moments(x + at, part, s, q);
    } else {
      kernels::Chain<T>(kernel_stages(barrier_, inputs, {}, at), part).add_moments(x + at, s, q);
    }
  });
  std::vector<double> sum(channels, 0.0), sum_of_squares(channels, 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sum[i % channels] += sums[i];
    sum_of_squares[i % channels] += squares[i];
  }
  return moments_of(sum, sum_of_squares, extent_.outer * extent_.inner, casts.add_up);
}

// The kernels' stages [0, count) on the block that begins at `offset`.
template <class T>
std::vector<kernels::Stage<T>> ChainRun<T>::kernel_stages(std::size_t count,
                                                          const std::vector<Operand>& inputs,
                                                          const std::vector<T*>& d_inputs,
                                                          std::int64_t offset) const {
  std::vector<kernels::Stage<T>> stages(count);
  for (std::size_t k = 0; k < count; ++k) {
    const Stage& from = stages_[k];
    kernels::Stage<T>& stage = stages[k];
    stage.kind = kind_of(from.work);
    stage.format = from.output->format;
    stage.frac_bits = from.output->frac_bits[0];
    if (const auto* clip = std::get_if<ClipStage>(&from.work))
      stage.bounds = {static_cast<T>(clip->bounds.min), static_cast<T>(clip->bounds.max)};
    if (const auto side = static_cast<std::size_t>(side_of(from)); side > 0) {
      stage.side = std::get<const T*>(inputs[side]) + offset;
      if (!d_inputs.empty() && d_inputs[side] != nullptr) stage.d_side = d_inputs[side] + offset;
    }
    stage.scale = per_channel_[k].scale.data();
    stage.offset = per_channel_[k].offset.data();
    stage.in_double = per_channel_[k].in_double;
  }
  return stages;
}

template <class T>
std::map<int, std::vector<double>> ChainRun<T>::backward(const std::vector<Operand>& inputs,
                                                         const T* dy,
                                                         const std::vector<T*>& d_inputs) {
  Back back{inputs, d_inputs, {}};
  const std::optional<Line> line =
      run_back(waits_for_batch() ? barrier_ : 0, stages_.size(), dy, nullptr, back);
  if (line) run_back(0, barrier_, d_inputs[0], &*line, back);
  return std::move(back.gradients);
}

template <class T>
std::optional<typename ChainRun<T>::Line> ChainRun<T>::run_back(std::size_t begin, std::size_t end,
                                                                const T* dy, const Line* line,
                                                                Back& back) {
  const T* x = std::get<const T*>(back.inputs[0]);
  T* dx = back.d_inputs[0];
  kernels::ChannelLine<T> channel_line{};
  if (line != nullptr) channel_line = {line->a.data(), line->b.data()};
  const Blocks blocks(extent_);
  std::vector<std::vector<StageGradient>> by_block(static_cast<std::size_t>(blocks.count()));
  blocks.run(loop_, [&](std::int64_t block, std::int64_t at, const Extent& part) {
    if (end == 0)
      return kernels::add_channel_line(x + at, dy + at, dx + at, part, channel_line.a,
                                       channel_line.b);
    kernels::Chain<T>(kernel_stages(end, back.inputs, back.d_inputs, at), part)
        .backward(x + at, dy + at, dx == nullptr ? nullptr : dx + at, begin,
                  by_block[static_cast<std::size_t>(block)],
                  line != nullptr ? &channel_line : nullptr);
  });
  if (by_block.empty()) return std::nullopt;
  std::optional<Line> added;
  for (std::size_t k = begin; k < end; ++k) {
    StageGradient total;
    std::vector<kernels::PointGradient> points;
    for (const std::vector<StageGradient>& stages : by_block) {
      points.push_back(stages[k].point);
      add_to(total.scale, stages[k].scale);
      add_to(total.offset, stages[k].offset);
    }
    const Stage& stage = stages_[k];
    back.gradients[stage.f] = as_doubles(point_gradient(*stage.output, points, extent_.size()));
    if (const std::optional<Line> line_of_stage = gradients_of(k, total, back))
      added = line_of_stage;
  }
  return added;
}

// Of the stage's numbers per channel, from its sums over all blocks.
template <class T>
std::optional<typename ChainRun<T>::Line> ChainRun<T>::gradients_of(std::size_t k,
                                                                    const StageGradient& total,
                                                                    Back& back) {
  const Work& work = stages_[k].work;
  if (const auto* prelu = std::get_if<PreluStage>(&work)) {
    back.gradients[prelu->slope] = total.scale;
  } else if (const auto* affine = std::get_if<AffineStage>(&work)) {
    if (affine->scale > 0) back.gradients[affine->scale] = total.scale;
    if (affine->offset > 0) back.gradients[affine->offset] = total.offset;
  } else if (const auto* norm = std::get_if<BatchNormStage>(&work)) {
    const PerChannel& found = per_channel_[k];
    const BatchNormGradient d = batch_norm_backward(norm->casts, found.moments, found.pair,
                                                    found.gamma, total.scale, total.offset);
    back.gradients[norm->gamma] = as_doubles(d.gamma);
    back.gradients[norm->beta] = as_doubles(d.beta);
    back.gradients[norm->f_scale] = as_doubles(d.f_scale);
    back.gradients[norm->f_offset] = as_doubles(d.f_offset);
    if (norm->casts.uses_batch()) return Line{{d.a.begin(), d.a.end()}, {d.b.begin(), d.b.end()}};
  }
  return std::nullopt;
}

template class ChainRun<float>;
template class ChainRun<double>;

}  // namespace qfx::steps
