// One stage of a chain, planned for an extent: by the vector kernels on a part of the walk, or by
// its own function on the whole array.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/call.h"
#include "kernels/product_gradients.h"

#include "qfx/base/error.h"
#include "qfx/kernels/chain.h"

namespace qfx::kernels {

inline simd::Source source_of(StageKind kind) {
  switch (kind) {
    case StageKind::CAST:
      return simd::Source::PLAIN;
    case StageKind::RELU:
      return simd::Source::RELU;
    case StageKind::CLIP:
      return simd::Source::CLIP;
    case StageKind::ADD:
      return simd::Source::SUM;
    case StageKind::MUL:
      return simd::Source::PRODUCT;
    case StageKind::AFFINE:
      return simd::Source::AFFINE;
    case StageKind::PRELU:
      return simd::Source::PRELU;
  }
  internal_error("stage kind {}", static_cast<int>(kind));
}

// By a constant of the channel.
inline bool is_scaled(StageKind kind) {
  return kind == StageKind::AFFINE || kind == StageKind::PRELU;
}

inline bool has_side(StageKind kind) {
  return kind == StageKind::ADD || kind == StageKind::MUL;
}

// The jobs of a stage computed in C.
template <class T, class C>
struct Planned {
  std::optional<simd::ForwardJob<T, C>> forward;
  Sums<C> sums;
  std::optional<simd::BackwardJob<T, C>> backward;

  void run(const Part& part, const T* x, const T* side, T* y) {
    forward->part = part;
    forward->x = x;
    forward->b = side;
    forward->y = y;
    QFX_ASSERT(simd::forward(*forward));
  }
  void run_back(const Part& part, const T* x, const T* side, const T* dy, T* dx) {
    backward->part = part;
    backward->x = x;
    backward->b = side;
    backward->dy = dy;
    backward->dx = dx;
    QFX_ASSERT(simd::backward(*backward));
  }
};

template <class T>
class PlannedStage {
 public:
  PlannedStage(const Stage<T>& stage, const Extent& extent) : stage_(stage), extent_(extent) {
    QFX_ASSERT(stage.format.width <= kCarrierWidth<T>);
    if (in_double()) {
      wide_.forward = forward_job<double>(call());
    } else {
      same_.forward = forward_job<T>(call());
    }
  }

  bool has_vector_kernel() const {
    return in_double() ? wide_.forward.has_value() : same_.forward.has_value();
  }

  // A part of the walk, whose first element has this offset.
  void forward(const Part& part, std::int64_t offset, const T* x, T* y) {
    if (in_double()) {
      wide_.run(part, x, nullptr, y);
    } else {
      same_.run(part, x, side(offset), y);
    }
  }

  // Whether backward() adds a line of this stage's own values to dy on the way.
  bool takes_line() const {
    return stage_.kind == StageKind::CAST && !jumps_outside(stage_.format);
  }
  void begin_backward(const ChannelLine<T>* line) {
    if (in_double()) {
      wide_.backward = backward_job<double>(call(), wide_.sums);
    } else {
      same_.backward = backward_job<T>(line != nullptr ? lined_call(*line) : call(), same_.sums);
    }
  }
  void backward(const Part& part, std::int64_t offset, std::int64_t size, const T* x, const T* dy,
                T* dx) {
    if (in_double()) {
      wide_.run_back(part, x, nullptr, dy, dx);
    } else {
      same_.run_back(part, x, side(offset), dy, dx);
      side_backward(offset, size, x, dx);
    }
  }
  void finish_backward(StageGradient& gradient) {
    if (in_double()) {
      finish(wide_.sums, wide_.backward->walk, gradient);
    } else {
      finish(same_.sums, same_.backward->walk, gradient);
    }
  }

  // The whole array at once by the stage's own function.
  void forward_whole(const T* x, T* y) const {
    const std::vector<int> points = channel_points();
    switch (stage_.kind) {
      case StageKind::CAST:
        return fake_cast(x, y, extent_, stage_.format, points.data());
      case StageKind::RELU:
        return relu_cast(x, y, extent_, stage_.format, points.data());
      case StageKind::CLIP:
        return clip_cast(x, stage_.bounds, y, extent_, stage_.format, points.data());
      case StageKind::ADD:
        return add_cast(x, stage_.side, y, extent_, stage_.format, points.data());
      case StageKind::MUL:
        return mul_cast(x, stage_.side, y, extent_, stage_.format, points.data());
      case StageKind::AFFINE:
        return in_double() ? affine_cast<T, double>(x, stage_.scale, stage_.offset, y, extent_,
                                                    stage_.format, stage_.frac_bits)
                           : affine_cast<T, T>(x, stage_.scale, stage_.offset, y, extent_,
                                               stage_.format, stage_.frac_bits);
      case StageKind::PRELU:
        return in_double()
                   ? prelu_cast<T, double>(x, stage_.scale, y, extent_, stage_.format,
                                           stage_.frac_bits)
                   : prelu_cast<T, T>(x, stage_.scale, y, extent_, stage_.format, stage_.frac_bits);
    }
  }

  void backward_whole(const T* x, const T* dy, T* dx, StageGradient& gradient) const {
    const auto channels = static_cast<std::size_t>(extent_.channels);
    const std::vector<int> points = channel_points();
    std::vector<PointGradient> by_channel(channels);
    gradient = {};
    if (is_scaled(stage_.kind)) gradient.scale.resize(channels);
    if (stage_.kind == StageKind::AFFINE) gradient.offset.resize(channels);
    switch (stage_.kind) {
      case StageKind::CAST:
        fake_cast_backward(x, dy, dx, extent_, stage_.format, points.data(), by_channel.data());
        break;
      case StageKind::RELU:
        relu_cast_backward(x, dy, dx, extent_, stage_.format, points.data(), by_channel.data());
        break;
      case StageKind::CLIP:
        clip_cast_backward(x, stage_.bounds, dy, dx, extent_, stage_.format, points.data(),
                           by_channel.data());
        break;
      case StageKind::ADD:
        add_cast_backward(x, stage_.side, dy, dx, extent_, stage_.format, points.data(),
                          by_channel.data());
        if (stage_.d_side != nullptr) std::copy_n(dx, extent_.size(), stage_.d_side);
        break;
      case StageKind::MUL:
        mul_cast_backward(x, stage_.side, dy, dx, stage_.d_side, extent_, stage_.format,
                          points.data(), by_channel.data());
        break;
      case StageKind::AFFINE:
        (in_double() ? affine_cast_backward<T, double>
                     : affine_cast_backward<T, T>)(x, stage_.scale, stage_.offset, dy, dx, extent_,
                                                   stage_.format, stage_.frac_bits,
                                                   gradient.scale.data(), gradient.offset.data(),
                                                   &gradient.point);
        return;
      case StageKind::PRELU:
        (in_double() ? prelu_cast_backward<T, double>
                     : prelu_cast_backward<T, T>)(x, stage_.scale, dy, dx, extent_, stage_.format,
                                                  stage_.frac_bits, gradient.scale.data(),
                                                  &gradient.point);
        return;
    }
    for (const PointGradient& channel : by_channel) gradient.point += channel;
  }

 private:
  bool in_double() const {
    return sizeof(T) < sizeof(double) && stage_.in_double && is_scaled(stage_.kind);
  }
  const T* side(std::int64_t offset) const {
    return has_side(stage_.kind) ? stage_.side + offset : nullptr;
  }
  // From dx, the gradient of the sum or the product, to that of its two operands.
  void side_backward(std::int64_t offset, std::int64_t size, const T* x, T* dx) const {
    T* d_side = stage_.d_side != nullptr ? stage_.d_side + offset : nullptr;
    if (stage_.kind == StageKind::MUL) return split_product(x, side(offset), dx, d_side, size);
    if (stage_.kind == StageKind::ADD && d_side != nullptr) std::copy_n(dx, size, d_side);
  }
  std::vector<int> channel_points() const {
    return std::vector<int>(static_cast<std::size_t>(extent_.channels), stage_.frac_bits);
  }
  Call<T> call() const {
    return {.source = source_of(stage_.kind),
            .x = nullptr,
            .bounds = stage_.bounds,
            .scale = is_scaled(stage_.kind) ? stage_.scale : nullptr,
            .offset = stage_.kind == StageKind::AFFINE ? stage_.offset : nullptr,
            .extent = extent_,
            .format = stage_.format,
            .points = {&stage_.frac_bits, 0}};
  }
  Call<T> lined_call(const ChannelLine<T>& line) const {
    Call<T> lined = call();
    lined.source = simd::Source::LINED;
    lined.scale = line.b;
    lined.offset = line.a;
    return lined;
  }

  template <class C>
  void finish(Sums<C>& sums, const Walk& walk, StageGradient& gradient) const {
    sums.finish(walk);
    gradient = {};
    if (is_scaled(stage_.kind)) {
      gradient.point = common_point(sums.channels, extent_.size());
      for (const simd::ChannelSums& channel : sums.channels) {
        gradient.scale.push_back(channel.scale);
        if (stage_.kind == StageKind::AFFINE) gradient.offset.push_back(channel.offset);
      }
      return;
    }
    const std::int64_t elements = extent_.outer * extent_.inner;
    for (const simd::ChannelSums& channel : sums.channels)
      gradient.point += point_gradient(channel.point, elements - channel.inside);
  }

  Stage<T> stage_;
  Extent extent_;
  Planned<T, T> same_;
  Planned<T, double> wide_;
};

}  // namespace qfx::kernels
