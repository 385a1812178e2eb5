#include "qfx/kernels/int_im2col.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_im2col.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::CappedTag<std::uint32_t, kPackSlack>;
using Halves = hn::Rebind<std::uint16_t, Words>;

// Calls row(offset into the image, column, length) for each run of output positions on one output
// row.
template <class Row>
HWY_ATTR HWY_INLINE void for_each_row(const Windows& w, std::int64_t first, std::int64_t count,
                                      const Row& row) {
  std::int64_t oy = first / w.out_width, ox = first % w.out_width;
  for (std::int64_t n = 0; n < count;) {
    const std::int64_t length = std::min(w.out_width - ox, count - n);
    row(oy * w.stride_height * w.width + ox * w.stride_width, n, length);
    n += length;
    ox = 0;
    ++oy;
  }
}

HWY_INLINE std::int64_t tap_offset(const Windows& w, std::int64_t tap) {
  const std::int64_t kx = tap % w.kernel_width;
  const std::int64_t ky = tap / w.kernel_width % w.kernel_height;
  const std::int64_t channel = tap / (w.kernel_width * w.kernel_height);
  return (channel * w.height + ky * w.dilation_height) * w.width + kx * w.dilation_width;
}

// Whole vectors: what is written past `length` is overwritten by the next run or row, or lies in
// the slack.
HWY_ATTR HWY_INLINE void interleave_run(const std::int16_t* low, const std::int16_t* high,
                                        std::uint32_t* out, std::int64_t length) {
  const Words d;
  const Halves dh;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < length; i += lanes) {
    const auto l = hn::PromoteTo(d, hn::LoadU(dh, reinterpret_cast<const std::uint16_t*>(low + i)));
    const auto h =
        hn::PromoteTo(d, hn::LoadU(dh, reinterpret_cast<const std::uint16_t*>(high + i)));
    hn::StoreU(l | hn::ShiftLeft<16>(h), d, out + i);
  }
}

HWY_ATTR HWY_INLINE void single_run(const std::int16_t* low, std::uint32_t* out,
                                    std::int64_t length) {
  const Words d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < length; i += lanes)
    hn::StoreU(
        hn::PromoteTo(d, hn::LoadU(Halves(), reinterpret_cast<const std::uint16_t*>(low + i))), d,
        out + i);
}

HWY_ATTR void pack_pairs_target(const std::int16_t* image, const Windows& w, std::int64_t first,
                                std::int64_t count, std::uint32_t* out, std::int64_t stride) {
  const std::int64_t taps = w.taps();
  for (std::int64_t k = 0; k < taps; k += 2, out += stride) {
    const std::int16_t* low = image + tap_offset(w, k);
    if (k + 1 == taps) {
      for_each_row(w, first, count,
                   [&](std::int64_t at, std::int64_t n, std::int64_t length) HWY_ATTR {
                     if (w.stride_width == 1) return single_run(low + at, out + n, length);
                     for (std::int64_t i = 0; i < length; ++i)
                       out[n + i] = static_cast<std::uint16_t>(low[at + i * w.stride_width]);
                   });
      return;
    }
    const std::int16_t* high = image + tap_offset(w, k + 1);
    for_each_row(w, first, count,
                 [&](std::int64_t at, std::int64_t n, std::int64_t length) HWY_ATTR {
                   if (w.stride_width == 1)
                     return interleave_run(low + at, high + at, out + n, length);
                   for (std::int64_t i = 0; i < length; ++i)
                     out[n + i] = static_cast<std::uint32_t>(
                                      static_cast<std::uint16_t>(low[at + i * w.stride_width])) |
                                  static_cast<std::uint32_t>(
                                      static_cast<std::uint16_t>(high[at + i * w.stride_width]))
                                      << 16;
                 });
  }
}

HWY_ATTR void narrow_row(const std::int32_t* in, std::int16_t* out, std::int64_t count) {
  const hn::CappedTag<std::int32_t, kPackSlack> d;
  const hn::Rebind<std::int16_t, decltype(d)> dh;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::DemoteTo(dh, hn::LoadU(d, in + i)), dh, out + i);
  for (; i < count; ++i) out[i] = static_cast<std::int16_t>(in[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(pack_pairs_target);
HWY_EXPORT(narrow_row);

namespace {

void copy_row(const std::int32_t* in, std::int16_t* out, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(narrow_row)(in, out, count);
}

void copy_row(const std::int32_t* in, std::int32_t* out, std::int64_t count) {
  std::memcpy(out, in, static_cast<std::size_t>(count) * sizeof(std::int32_t));
}

}  // namespace

template <class T>
void pad_image(const std::int32_t* image, std::int64_t channels, std::int64_t height,
               std::int64_t width, std::int64_t pad_height, std::int64_t pad_width, T* out) {
  if (pad_height == 0 && pad_width == 0) return copy_row(image, out, channels * height * width);
  const std::int64_t padded_width = width + 2 * pad_width;
  for (std::int64_t c = 0; c < channels; ++c) {
    out = std::fill_n(out, pad_height * padded_width, T{0});
    for (std::int64_t y = 0; y < height; ++y, image += width) {
      out = std::fill_n(out, pad_width, T{0});
      copy_row(image, out, width);
      out = std::fill_n(out + width, pad_width, T{0});
    }
    out = std::fill_n(out, pad_height * padded_width, T{0});
  }
}

template void pad_image(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                        std::int64_t, std::int16_t*);
template void pad_image(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                        std::int64_t, std::int32_t*);

void pack_pairs(const std::int16_t* image, const Windows& windows, std::int64_t first,
                std::int64_t count, std::uint32_t* out, std::int64_t stride) {
  HWY_DYNAMIC_DISPATCH(pack_pairs_target)(image, windows, first, count, out, stride);
}

void pack_words(const std::int32_t* image, const Windows& windows, std::int64_t first,
                std::int64_t count, std::int32_t* out, std::int64_t stride) {
  const std::int64_t taps = windows.taps();
  for (std::int64_t k = 0; k < taps; ++k, out += stride) {
    const std::int32_t* tap = image + HWY_STATIC_DISPATCH(tap_offset)(windows, k);
    std::int64_t oy = first / windows.out_width, ox = first % windows.out_width;
    for (std::int64_t n = 0; n < count; ++n) {
      out[n] = tap[oy * windows.stride_height * windows.width + ox * windows.stride_width];
      if (++ox == windows.out_width) {
        ox = 0;
        ++oy;
      }
    }
  }
}

void pack_transposed_pairs(const std::int16_t* weights, std::int64_t n, std::int64_t k,
                           std::uint32_t* out, std::int64_t stride) {
  for (std::int64_t p = 0; p < k; p += 2, out += stride) {
    for (std::int64_t i = 0; i < n; ++i) {
      const auto low = static_cast<std::uint16_t>(weights[i * k + p]);
      const auto high = p + 1 < k ? static_cast<std::uint16_t>(weights[i * k + p + 1]) : 0;
      out[i] = static_cast<std::uint32_t>(low) | static_cast<std::uint32_t>(high) << 16;
    }
    std::fill(out + n, out + stride, 0);
  }
}

}  // namespace qfx::kernels
#endif
