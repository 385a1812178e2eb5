// What the vector kernels are asked to do, and the doors into them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/grid.h"
#include "kernels/walk.h"

namespace qfx::kernels::simd {

// Where the value to be cast comes from.
enum class Source : std::uint8_t {
  PLAIN,  // x
  RELU,   // max(x, 0)
  SUM,    // x + b
  AFFINE  // scale[c] * x + offset[c]
};

// What a channel brings along; C is the type the cast is computed in.
template <class C>
struct Point {
  C to_grid = 1;  // 2^F
  C unit = 1;     // 2^-F
  C scale = 0;    // AFFINE only
  C offset = 0;
};

// The points of the walk. By rows: one a channel. By columns: one a column, `padded` of them, as
// separate arrays that vectors load from.
template <class C>
struct Points {
  std::vector<Point<C>> channels;
  std::vector<C> to_grid, unit, scale, offset;
};

template <class T, class C>
struct Job {
  Source source;
  Grid<C> grid;
  Walk walk;
  Points<C> points;
  const T* x;
  const T* b;  // SUM only
};

template <class T, class C>
struct ForwardJob : Job<T, C> {
  T* y;
};

// What the backward pass adds up in each channel.
struct ChannelSums {
  double point = 0;   // sum of dy * dq/df / ln2
  double scale = 0;   // AFFINE only: sum of dy * dq/dx * x
  double offset = 0;  // AFFINE only: sum of dy * dq/dx
  std::int64_t inside = 0;
};

template <class T, class C>
struct BackwardJob : Job<T, C> {
  const T* dy;
  T* dx;
  std::vector<ChannelSums>* sums;  // one a channel
};

// False where the machine has no vectors: the reference has to do the job.
bool forward(const ForwardJob<float, float>& job);
bool forward(const ForwardJob<float, double>& job);  // AFFINE
bool forward(const ForwardJob<double, double>& job);
bool backward(const BackwardJob<float, float>& job);
bool backward(const BackwardJob<float, double>& job);  // AFFINE
bool backward(const BackwardJob<double, double>& job);
// Elements of PLAIN inside the range.
bool count_inside(const Job<float, float>& job, std::int64_t* inside);
bool count_inside(const Job<double, double>& job, std::int64_t* inside);

}  // namespace qfx::kernels::simd
