// What the vector kernels are asked to do, and the doors into them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/grid.h"
#include "kernels/walk.h"

namespace qfx::kernels::simd {

// Where the value to be cast comes from.
enum class Source : std::uint8_t {
  PLAIN,    // x
  RELU,     // max(x, 0)
  CLIP,     // min(max(x, bounds.min), bounds.max)
  SUM,      // x + b
  PRODUCT,  // x * b; backward gives the gradient of the product
  AFFINE,   // scale[c] * x + offset[c]
  PRELU,    // x > 0 ? x : scale[c] * x
  LINED     // x; dy gains offset[c] + scale[c] * cast(x) first. Backward, and saturating, alone
};

// What a channel brings along; C is the type the cast is computed in.
template <class C>
struct Point {
  C to_grid = 1;  // 2^F
  C unit = 1;     // 2^-F
  C scale = 0;    // AFFINE, PRELU and LINED only
  C offset = 0;   // AFFINE and LINED only
};

// The points of the walk. By rows: one per channel. By columns: one per column, `padded` of them,
// as separate arrays that vectors load from.
template <class C>
struct Points {
  std::vector<Point<C>> channels;
  std::vector<C> to_grid, unit, scale, offset;
  bool coarse = false;   // some F is negative: x * 2^F may underflow
  bool uniform = false;  // one F and nothing else: channels do not matter, and have no columns
};

// x, b and the arrays of the derived jobs begin with the part's first element.
template <class T, class C>
struct Job {
  Source source;
  Grid<C> grid;
  Walk walk;
  Points<C> points;
  Part part;
  const T* x;
  const T* b;          // SUM and PRODUCT only
  Bounds<T> bounds{};  // CLIP only
};

// Out is T, or an integer where raw values are asked for; T is one where they come in.
template <class T, class C, class Out = T>
struct ForwardJob : Job<T, C> {
  Out* y;
};

// What the backward pass adds up in each channel.
struct ChannelSums {
  double point = 0;   // sum of dy * dq/df / ln2
  double scale = 0;   // sum of dy * dq/dx * x; PRELU: where x is not above 0
  double offset = 0;  // sum of dy * dq/dx
  std::int64_t inside = 0;
};

// The sums of ChannelSums that a source has, in their order, beside `inside`.
constexpr int sums_of(Source source) {
  return source == Source::AFFINE ? 3 : source == Source::PRELU ? 2 : 1;
}

// Running sums of every column as whole lines: the partial sums in the compute type, and what has
// been flushed. Sum `count` is the values inside.
template <class C>
class ColumnSums {
 public:
  ColumnSums(int count, std::int64_t columns)
      : count_(count),
        size_((columns + kLanes<float> - 1) / kLanes<float> * kLanes<float>),
        partial_(static_cast<std::size_t>(size_ * (count + 1))),
        totals_(partial_.size()) {}

  C* partial(int sum) { return partial_.data() + sum * size_; }

  // The columns from `begin` on, whole lines of them up to `end`.
  void flush(std::int64_t begin, std::int64_t end) {
    for (int sum = 0; sum <= count_; ++sum) {
      for (std::int64_t j = begin; j < end; ++j) {
        const auto i = static_cast<std::size_t>(sum * size_ + j);
        totals_[i] += static_cast<double>(partial_[i]);
        partial_[i] = 0;
      }
    }
  }

  // After the last row.
  void add_to(std::vector<ChannelSums>& sums, const Walk& walk) {
    flush(0, walk.length);
    const auto total = [&](int sum, std::int64_t j) {
      return totals_[static_cast<std::size_t>(sum * size_ + j)];
    };
    for (std::int64_t j = 0; j < walk.length; ++j) {
      ChannelSums& channel = sums[static_cast<std::size_t>(walk.channel_of_column(j))];
      channel.point += total(0, j);
      if (count_ > 1) channel.scale += total(1, j);
      if (count_ > 2) channel.offset += total(2, j);
      channel.inside += static_cast<std::int64_t>(total(count_, j));
    }
  }

 private:
  int count_;
  std::int64_t size_;
  std::vector<C> partial_;
  std::vector<double> totals_;
};

template <class T, class C>
struct BackwardJob : Job<T, C> {
  const T* dy;
  T* dx;
  std::vector<ChannelSums>* sums;  // by rows: one per channel
  ColumnSums<C>* columns;          // by columns
};

// Whether the kernels run on vectors. Highway's targets without go by two names, SCALAR and EMU128.
bool has_vectors();

// False where the machine has no vectors: the reference has to do the job.
bool forward(const ForwardJob<float, float>& job);
bool forward(const ForwardJob<float, double>& job);  // AFFINE and PRELU
bool forward(const ForwardJob<double, double>& job);
bool backward(const BackwardJob<float, float>& job);
bool backward(const BackwardJob<float, double>& job);  // AFFINE and PRELU
bool backward(const BackwardJob<double, double>& job);
// PLAIN to raw values. *done is false, and some of them are wrong, where an x is not finite.
bool to_raw(const ForwardJob<float, float, std::int32_t>& job, bool* done);
bool to_raw(const ForwardJob<float, double, std::int32_t>& job, bool* done);
bool to_raw(const ForwardJob<float, double, std::int64_t>& job, bool* done);
bool to_raw(const ForwardJob<double, double, std::int32_t>& job, bool* done);
bool to_raw(const ForwardJob<double, double, std::int64_t>& job, bool* done);
// raw * unit.
bool from_raw(const ForwardJob<std::int32_t, float, float>& job);
bool from_raw(const ForwardJob<std::int32_t, double, double>& job);
bool from_raw(const ForwardJob<std::int64_t, double, double>& job);
// Elements of PLAIN inside the range.
bool count_inside(const Job<float, float>& job, std::int64_t* inside);
bool count_inside(const Job<double, double>& job, std::int64_t* inside);

// The projections of a format's raw values from `lowest` on, at one binary point.
template <class C>
struct KhotTable {
  const std::int32_t* projections;
  std::int64_t lowest, size;
  C to_grid, unit;
};
// Replaces values by their projections; how many were done, which need not be all of them.
std::int64_t look_up_khot(float* values, std::int64_t count, const KhotTable<float>& table);
std::int64_t look_up_khot(double* values, std::int64_t count, const KhotTable<double>& table);

}  // namespace qfx::kernels::simd
