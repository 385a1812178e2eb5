#include "train/ops/channel_sums.h"

#include <array>

#include "train/blocks.h"
#include "train/layout.h"

// Compiled for AVX2 as well and chosen when the program loads; without contraction both give the
// same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define QFX_CLONES \
  __attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3", "fp-contract=off")))
#else
#define QFX_CLONES
#endif

namespace qfx::train {
namespace {

constexpr int kLanes = 8;

// sums of x and x^2 of one row
template <class T>
inline __attribute__((always_inline)) void row_sums(const T* x, std::int64_t count, double& sum,
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

template <class T>
inline __attribute__((always_inline)) void block_sums(const T* x, kernels::Extent e, double* sums,
                                                      double* squares) {
  for (std::int64_t o = 0; o < e.outer; ++o) {
    if (e.inner == 1) {
      for (std::int64_t c = 0; c < e.channels; ++c) {
        const double v = x[o * e.channels + c];
        sums[c] += v;
        squares[c] += v * v;
      }
    } else {
      for (std::int64_t c = 0; c < e.channels; ++c) {
        row_sums(x + (o * e.channels + c) * e.inner, e.inner, sums[c], squares[c]);
      }
    }
  }
}

template <class T>
inline __attribute__((always_inline)) void block_line(const T* x, T* dx, kernels::Extent e,
                                                      const T* a, const T* b) {
  for (std::int64_t o = 0; o < e.outer; ++o) {
    const T* from = x + o * e.channels * e.inner;
    T* to = dx + o * e.channels * e.inner;
    if (e.inner == 1) {
      for (std::int64_t c = 0; c < e.channels; ++c) to[c] += a[c] + b[c] * from[c];
    } else {
      for (std::int64_t c = 0; c < e.channels; ++c) {
        for (std::int64_t i = c * e.inner; i < (c + 1) * e.inner; ++i) {
          to[i] += a[c] + b[c] * from[i];
        }
      }
    }
  }
}

QFX_CLONES void sums_of(const float* x, kernels::Extent e, double* sums, double* squares) {
  block_sums(x, e, sums, squares);
}
QFX_CLONES void sums_of(const double* x, kernels::Extent e, double* sums, double* squares) {
  block_sums(x, e, sums, squares);
}
QFX_CLONES void line_of(const float* x, float* dx, kernels::Extent e, const float* a,
                        const float* b) {
  block_line(x, dx, e, a, b);
}
QFX_CLONES void line_of(const double* x, double* dx, kernels::Extent e, const double* a,
                        const double* b) {
  block_line(x, dx, e, a, b);
}

}  // namespace

Moments channel_moments(const at::Tensor& x) {
  const kernels::Extent extent = channel_extent(x);
  const Blocks blocks(extent);
  const auto channels = static_cast<std::size_t>(extent.channels);
  std::vector<double> sums(blocks.count() * channels, 0.0), squares(sums);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    const T* from = x.data_ptr<T>();
    blocks.run([&](std::int64_t block, std::int64_t at, kernels::Extent part) {
      sums_of(from + at, part, &sums[block * channels], &squares[block * channels]);
    });
  });
  const auto count = static_cast<double>(extent.outer * extent.inner);
  Moments moments{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
  for (std::int64_t block = 0; block < blocks.count(); ++block) {
    for (std::size_t c = 0; c < channels; ++c) {
      moments.mean[c] += sums[block * channels + c];
      moments.variance[c] += squares[block * channels + c];
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    moments.mean[c] /= count;
    moments.variance[c] =
        std::max(0.0, moments.variance[c] / count - moments.mean[c] * moments.mean[c]);
  }
  return moments;
}

void add_channel_line(const at::Tensor& x, const std::vector<double>& a,
                      const std::vector<double>& b, at::Tensor& dx) {
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    const std::vector<T> constant(a.begin(), a.end()), slope(b.begin(), b.end());
    const T* from = x.data_ptr<T>();
    T* to = dx.data_ptr<T>();
    Blocks(channel_extent(x)).run([&](std::int64_t, std::int64_t at, kernels::Extent part) {
      line_of(from + at, to + at, part, constant.data(), slope.data());
    });
  });
}

}  // namespace qfx::train
