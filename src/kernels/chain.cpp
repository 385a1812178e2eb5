#include "qfx/kernels/chain.h"

#include <algorithm>

#include "kernels/chain_stage.h"
#include "kernels/tiles.h"

#include "qfx/base/error.h"

// Tiles are parts of one walk over the whole array, so that the order of sums does not know about
// them. Where one stage has no vector kernel (a machine without vectors, far binary points) the
// tile is the whole array and every stage its function.
namespace qfx::kernels {
namespace {

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
    tiled_ = simd::has_vectors() &&
             std::all_of(stages_.begin(), stages_.end(),
                         [](const auto& stage) { return stage.has_vector_kernel(); });
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
        run_stage_back(k, part, offset, size, input_of(k), d, to, gradients[k]);
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
    if (!tiled_) return body(walk_.whole(), std::int64_t{0}, tile_);
    if (walk_.rows == 0 && walk_.rest == 0) return;
    walk_.for_each_part(kTile, body);
  }

  void run_stage(std::size_t k, const Part& part, std::int64_t offset, const T* x, T* y) {
    if (tiled_) {
      stages_[k].forward(part, offset, x, y);
    } else {
      stages_[k].forward_whole(x, y);
    }
  }
  void run_stage_back(std::size_t k, const Part& part, std::int64_t offset, std::int64_t size,
                      const T* x, const T* dy, T* dx, StageGradient& gradient) {
    if (tiled_) {
      stages_[k].backward(part, offset, size, x, dy, dx);
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
