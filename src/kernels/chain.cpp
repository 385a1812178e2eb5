#include "qfx/kernels/chain.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "kernels/call.h"
#include "kernels/tiles.h"

#include "qfx/base/error.h"

// Tiles are parts of one walk over the whole array, so that the order of sums does not know about
// them. Where one stage has no vector kernel (a machine without vectors, far binary points) the
// tile is the whole array and every stage its function.
namespace qfx::kernels {
namespace {

bool has_vectors() {
  return std::string_view(active_target()) != "SCALAR";
}

simd::Source source_of(StageKind kind) {
  switch (kind) {
    case StageKind::CAST:
      return simd::Source::PLAIN;
    case StageKind::RELU:
      return simd::Source::RELU;
    case StageKind::CLIP:
      return simd::Source::CLIP;
    case StageKind::ADD:
      return simd::Source::SUM;
    case StageKind::AFFINE:
      return simd::Source::AFFINE;
    case StageKind::PRELU:
      return simd::Source::PRELU;
  }
  internal_error("stage kind {}", static_cast<int>(kind));
}

bool is_product(StageKind kind) {
  return kind == StageKind::AFFINE || kind == StageKind::PRELU;
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
    simd::forward(*forward);
  }
  void run_back(const Part& part, const T* x, const T* side, const T* dy, T* dx) {
    backward->part = part;
    backward->x = x;
    backward->b = side;
    backward->dy = dy;
    backward->dx = dx;
    simd::backward(*backward);
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

  const Stage<T>& stage() const { return stage_; }
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
  void backward(const Part& part, std::int64_t offset, const T* x, const T* dy, T* dx) {
    if (in_double()) {
      wide_.run_back(part, x, nullptr, dy, dx);
    } else {
      same_.run_back(part, x, side(offset), dy, dx);
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
    if (is_product(stage_.kind)) gradient.scale.resize(channels);
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
    return sizeof(T) < sizeof(double) && stage_.in_double && is_product(stage_.kind);
  }
  const T* side(std::int64_t offset) const {
    return stage_.kind == StageKind::ADD ? stage_.side + offset : nullptr;
  }
  std::vector<int> channel_points() const {
    return std::vector<int>(static_cast<std::size_t>(extent_.channels), stage_.frac_bits);
  }
  Call<T> call() const {
    return {.source = source_of(stage_.kind),
            .x = nullptr,
            .bounds = stage_.bounds,
            .scale = is_product(stage_.kind) ? stage_.scale : nullptr,
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
    if (is_product(stage_.kind)) {
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

template <class T>
class Buffer {
 public:
  explicit Buffer(std::int64_t size)
      : values_(new (std::align_val_t{64}) T[static_cast<std::size_t>(size)]) {}
  ~Buffer() { ::operator delete[](values_, std::align_val_t{64}); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* data() const { return values_; }

 private:
  T* values_;
};

}  // namespace

template <class T>
class Chain<T>::Impl {
 public:
  Impl(const std::vector<Stage<T>>& stages, const Extent& extent)
      : extent_(extent), walk_(walk_of(extent)) {
    QFX_ASSERT(!stages.empty());
    stages_.reserve(stages.size());
    for (const Stage<T>& stage : stages) stages_.emplace_back(stage, extent);
    tiled_ = has_vectors() && std::all_of(stages_.begin(), stages_.end(), [](const auto& stage) {
               return stage.has_vector_kernel();
             });
    // No tile is larger: a row longer than a tile is cut.
    tile_ = tiled_ ? std::min(kTile, extent.size()) : extent.size();
  }

  void forward(const T* x, T* y) {
    for_each_tile([&](const Part& part, std::int64_t offset, std::int64_t) {
      values_at(part, offset, x, y + offset, stages_.size());
    });
  }

  void add_moments(const T* x, double* sums, double* squares) {
    const Buffer<T> tile(tile_);
    for_each_tile([&](const Part& part, std::int64_t offset, std::int64_t) {
      values_at(part, offset, x, tile.data(), stages_.size());
      if (!tiled_) return kernels::add_moments(tile.data(), extent_, sums, squares);
      for_each_channel_part(walk_, part, [&](std::int64_t at, std::int64_t c, const Extent& e) {
        add_tile_moments(tile.data() + at, e, sums + c, squares + c);
      });
    });
  }

  void backward(const T* x, const T* dy, T* dx, std::size_t first,
                std::vector<StageGradient>& gradients, const ChannelLine<T>* line) {
    const std::size_t count = stages_.size();
    gradients.resize(count);
    // The last stage's own values are kept only for a line that it does not take itself.
    const bool lines_itself =
        line != nullptr && tiled_ && first < count && stages_.back().takes_line();
    for (std::size_t k = first; tiled_ && k < count; ++k)
      stages_[k].begin_backward(lines_itself && k + 1 == count ? line : nullptr);
    if (lines_itself) line = nullptr;
    const std::size_t kept = line != nullptr ? count : count - 1;
    const Buffer<T> values(std::max<std::int64_t>(1, tile_ * static_cast<std::int64_t>(kept)));
    const Buffer<T> gradient(tile_);
    for_each_tile([&](const Part& part, std::int64_t offset, std::int64_t size) {
      const auto input_of = [&](std::size_t k) {
        return k == 0 ? x + offset : values.data() + static_cast<std::int64_t>(k - 1) * tile_;
      };
      for (std::size_t k = 0; k < kept; ++k)
        run_stage(k, part, offset, input_of(k), const_cast<T*>(input_of(k + 1)));
      const T* d = dy + offset;
      if (line != nullptr) {
        add_line(part, input_of(count), d, gradient.data(), *line);
        d = gradient.data();
      }
      for (std::size_t k = count; k-- > first;) {
        T* to = k == first && dx != nullptr ? dx + offset : gradient.data();
        run_stage_back(k, part, offset, input_of(k), d, to, gradients[k]);
        if (T* d_side = stages_[k].stage().d_side; d_side != nullptr)
          std::copy_n(to, size, d_side + offset);
        d = to;
      }
      if (first == count && dx != nullptr && dx + offset != d) std::copy_n(d, size, dx + offset);
    });
    if (!tiled_) return;
    for (std::size_t k = first; k < count; ++k) stages_[k].finish_backward(gradients[k]);
  }

 private:
  template <class Body>
  void for_each_tile(const Body& body) const {
    if (walk_.rows == 0 && walk_.rest == 0) return;
    if (!tiled_) return body(walk_.whole(), std::int64_t{0}, tile_);
    walk_.for_each_part(kTile, body);
  }

  void run_stage(std::size_t k, const Part& part, std::int64_t offset, const T* x, T* y) {
    if (tiled_) {
      stages_[k].forward(part, offset, x, y);
    } else {
      stages_[k].forward_whole(x, y);
    }
  }
  void run_stage_back(std::size_t k, const Part& part, std::int64_t offset, const T* x, const T* dy,
                      T* dx, StageGradient& gradient) {
    if (tiled_) {
      stages_[k].backward(part, offset, x, dy, dx);
    } else {
      stages_[k].backward_whole(x, dy, dx, gradient);
    }
  }

  // The values after the first `count` stages; all but the first work in place.
  void values_at(const Part& part, std::int64_t offset, const T* x, T* tile, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k)
      run_stage(k, part, offset, k == 0 ? x + offset : tile, tile);
  }

  void add_line(const Part& part, const T* values, const T* dy, T* to,
                const ChannelLine<T>& line) const {
    for_each_channel_part(walk_, part, [&](std::int64_t at, std::int64_t c, const Extent& e) {
      add_channel_line(values + at, dy + at, to + at, e, line.a + c, line.b + c);
    });
  }

  Extent extent_;
  Walk walk_;
  std::vector<PlannedStage<T>> stages_;
  bool tiled_ = false;
  std::int64_t tile_ = 0;
};

template <class T>
Chain<T>::Chain(std::vector<Stage<T>> stages, const Extent& extent)
    : impl_(std::make_unique<Impl>(stages, extent)) {}
template <class T>
Chain<T>::~Chain() = default;

template <class T>
void Chain<T>::forward(const T* x, T* y) {
  impl_->forward(x, y);
}
template <class T>
void Chain<T>::add_moments(const T* x, double* sums, double* squares) {
  impl_->add_moments(x, sums, squares);
}
template <class T>
void Chain<T>::backward(const T* x, const T* dy, T* dx, std::size_t first,
                        std::vector<StageGradient>& gradients, const ChannelLine<T>* line) {
  impl_->backward(x, dy, dx, first, gradients, line);
}

template class Chain<float>;
template class Chain<double>;

}  // namespace qfx::kernels
