#include "kernels/conv/depthwise_runs.h"

#include <type_traits>

#include "kernels/targets.h"

#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 16")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/depthwise_runs.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <int kPixels, class D>
HWY_INLINE void gather_tile(D d, const DepthwiseRun& run, const float* dy, const float* weights,
                            float* dx) {
  hn::Vec<D> sums[kPixels];
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) sums[i] = hn::Zero(d);
  for (const DepthwiseTap& tap : run.taps) {
    const auto weight = hn::LoadU(d, weights + tap.weights);
    const float* at = dy + tap.image;
    QFX_UNROLL
    for (int i = 0; i < kPixels; ++i)
      sums[i] = hn::MulAdd(weight, hn::LoadU(d, at + i * run.image_step), sums[i]);
  }
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) hn::StoreU(sums[i], d, dx + i * run.pixel_step);
}

// The channels from `c` on, in vectors of D as far as they go.
template <class D>
HWY_INLINE std::int64_t gather_channels(D d, const DepthwiseRun& run, const float* dy,
                                        const float* weights, float* dx, std::int64_t c) {
  constexpr std::int64_t kLanes = hn::MaxLanes(d);
  for (; c + kLanes <= run.channels; c += kLanes) {
    const float* from = dy + c;
    float* to = dx + c;
    std::int64_t left = run.pixels;
    const auto tiles = [&](auto pixels) HWY_ATTR {
      for (; left >= pixels; left -= pixels) {
        gather_tile<pixels>(d, run, from, weights + c, to);
        from += pixels * run.image_step;
        to += pixels * run.pixel_step;
      }
    };
    tiles(std::integral_constant<int, 8>());
    tiles(std::integral_constant<int, 4>());
    tiles(std::integral_constant<int, 1>());
  }
  return c;
}

HWY_ATTR void gather_run(const DepthwiseRun& run, const float* dy, const float* weights,
                         float* dx) {
  const std::int64_t c = gather_channels(hn::ScalableTag<float>(), run, dy, weights, dx, 0);
  gather_channels(hn::CappedTag<float, 1>(), run, dy, weights, dx, c);
}

// kTaps taps, whose sums stay in registers along the run.
template <int kTaps, class D>
HWY_INLINE std::int64_t weigh_channels(D d, const DepthwiseRun& run, const DepthwiseTap* taps,
                                       const float* x, const float* dy, float* dw, std::int64_t c) {
  constexpr std::int64_t kLanes = hn::MaxLanes(d);
  for (; c + kLanes <= run.channels; c += kLanes) {
    hn::Vec<D> sums[kTaps];
    const float* from[kTaps];
    QFX_UNROLL
    for (int t = 0; t < kTaps; ++t) {
      sums[t] = hn::LoadU(d, dw + taps[t].weights + c);
      from[t] = x + taps[t].image + c;
    }
    const float* above = dy + c;
    for (std::int64_t i = 0, at = 0; i < run.pixels; ++i, at += run.image_step) {
      const auto gradient = hn::LoadU(d, above);
      above += run.pixel_step;
      QFX_UNROLL
      for (int t = 0; t < kTaps; ++t)
        sums[t] = hn::MulAdd(gradient, hn::LoadU(d, from[t] + at), sums[t]);
    }
    QFX_UNROLL
    for (int t = 0; t < kTaps; ++t) hn::StoreU(sums[t], d, dw + taps[t].weights + c);
  }
  return c;
}

HWY_ATTR void weigh_run(const DepthwiseRun& run, const float* x, const float* dy, float* dw) {
  const DepthwiseTap* taps = run.taps.data();
  std::size_t left = run.taps.size();
  const auto weigh_taps = [&](auto count) HWY_ATTR {
    for (; left >= count; left -= count, taps += count) {
      const std::int64_t c =
          weigh_channels<count>(hn::ScalableTag<float>(), run, taps, x, dy, dw, 0);
      weigh_channels<count>(hn::CappedTag<float, 1>(), run, taps, x, dy, dw, c);
    }
  };
  weigh_taps(std::integral_constant<int, 9>());  // a 3x3 window
  weigh_taps(std::integral_constant<int, 4>());
  weigh_taps(std::integral_constant<int, 1>());
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(gather_run);
HWY_EXPORT(weigh_run);

void gather(const DepthwiseRun& run, const float* dy, const float* weights, float* dx) {
  HWY_DYNAMIC_DISPATCH(gather_run)(run, dy, weights, dx);
}
void weigh(const DepthwiseRun& run, const float* x, const float* dy, float* dw) {
  HWY_DYNAMIC_DISPATCH(weigh_run)(run, x, dy, dw);
}

}  // namespace qfx::kernels
#endif
