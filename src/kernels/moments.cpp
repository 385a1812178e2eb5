#include <algorithm>
#include <array>

#include "kernels/clones.h"
#include "kernels/tiles.h"

#include "qfx/kernels/chain.h"

namespace qfx::kernels {
namespace {

constexpr int kLanes = 8;

// One row of one channel.
template <class T>
inline __attribute__((always_inline)) void row_moments(const T* x, std::int64_t count, double& sum,
                                                       double& squares) {
  std::array<double, kLanes> s{}, q{};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const double v = x[i + lane];
      s[lane] += v;
      q[lane] += v * v;
    }
  }
  for (int lane = 0; i < count; ++i, ++lane) {
    const double v = x[i];
    s[lane] += v;
    q[lane] += v * v;
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    sum += s[lane];
    squares += q[lane];
  }
}

// kGroup channels side by side in memory, `stride` from row to row: their sums stay in registers
// while they grow down the rows.
template <std::int64_t kGroup, class T>
inline __attribute__((always_inline)) void group_moments(const T* x, std::int64_t rows,
                                                         std::int64_t stride, double* sums,
                                                         double* squares) {
  std::array<double, kGroup> s, q;
  std::copy_n(sums, kGroup, s.begin());
  std::copy_n(squares, kGroup, q.begin());
  for (std::int64_t o = 0; o < rows; ++o, x += stride) {
    for (std::int64_t k = 0; k < kGroup; ++k) {
      const double v = x[k];
      s[k] += v;
      q[k] += v * v;
    }
  }
  std::copy_n(s.begin(), kGroup, sums);
  std::copy_n(q.begin(), kGroup, squares);
}

template <class T>
inline __attribute__((always_inline)) void column_moments(const T* x, std::int64_t rows,
                                                          std::int64_t channels, double* sums,
                                                          double* squares) {
  std::int64_t c = 0;
  for (; c + 16 <= channels; c += 16)
    group_moments<16>(x + c, rows, channels, sums + c, squares + c);
  for (; c + 4 <= channels; c += 4) group_moments<4>(x + c, rows, channels, sums + c, squares + c);
  for (; c < channels; ++c) group_moments<1>(x + c, rows, channels, sums + c, squares + c);
}

template <class T>
inline __attribute__((always_inline)) void moments_of(const T* x, const Extent& e, double* sums,
                                                      double* squares) {
  if (e.inner == 1) return column_moments(x, e.outer, e.channels, sums, squares);
  for (std::int64_t o = 0; o < e.outer; ++o) {
    for (std::int64_t c = 0; c < e.channels; ++c) {
      row_moments(x + (o * e.channels + c) * e.inner, e.inner, sums[c], squares[c]);
    }
  }
}

template <class T>
inline __attribute__((always_inline)) void line_of(const T* x, const T* dy, T* to, const Extent& e,
                                                   const T* a, const T* b) {
  for (std::int64_t o = 0; o < e.outer; ++o) {
    if (e.inner == 1) {
      for (std::int64_t c = 0; c < e.channels; ++c) to[c] = dy[c] + (a[c] + b[c] * x[c]);
    } else {
      for (std::int64_t c = 0; c < e.channels; ++c) {
        for (std::int64_t i = c * e.inner; i < (c + 1) * e.inner; ++i)
          to[i] = dy[i] + (a[c] + b[c] * x[i]);
      }
    }
    x += e.channels * e.inner;
    dy += e.channels * e.inner;
    to += e.channels * e.inner;
  }
}

QFX_CLONES void run_moments(const float* x, const Extent& e, double* sums, double* squares) {
  moments_of(x, e, sums, squares);
}
QFX_CLONES void run_moments(const double* x, const Extent& e, double* sums, double* squares) {
  moments_of(x, e, sums, squares);
}
QFX_CLONES void run_line(const float* x, const float* dy, float* to, const Extent& e,
                         const float* a, const float* b) {
  line_of(x, dy, to, e, a, b);
}
QFX_CLONES void run_line(const double* x, const double* dy, double* to, const Extent& e,
                         const double* a, const double* b) {
  line_of(x, dy, to, e, a, b);
}

}  // namespace

void add_tile_moments(const float* x, const Extent& extent, double* sums, double* squares) {
  run_moments(x, extent, sums, squares);
}
void add_tile_moments(const double* x, const Extent& extent, double* sums, double* squares) {
  run_moments(x, extent, sums, squares);
}

// Tile by tile, as a chain does it.
template <class T>
void add_moments(const T* x, Extent extent, double* sums, double* squares) {
  const Walk walk = walk_of(extent);
  walk.for_each_part(kTile, [&](const Part& part, std::int64_t offset, std::int64_t) {
    for_each_channel_part(walk, part, [&](std::int64_t at, std::int64_t c, const Extent& e) {
      run_moments(x + offset + at, e, sums + c, squares + c);
    });
  });
}

template <class T>
void add_channel_line(const T* x, const T* dy, T* to, Extent extent, const T* a, const T* b) {
  run_line(x, dy, to, extent, a, b);
}

template void add_moments<float>(const float*, Extent, double*, double*);
template void add_moments<double>(const double*, Extent, double*, double*);
template void add_channel_line<float>(const float*, const float*, float*, Extent, const float*,
                                      const float*);
template void add_channel_line<double>(const double*, const double*, double*, Extent, const double*,
                                       const double*);

}  // namespace qfx::kernels
