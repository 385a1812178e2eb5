#include "kernels/conv/pixel_depthwise.h"

#include <algorithm>
#include <type_traits>

#include "kernels/targets.h"

#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 4")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/pixel_depthwise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "kernels/conv/sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

template <class Scale, class Y>
void multiply(const DepthwiseProduct& p, Scale scales, Y* y) {
  for (std::int64_t i = 0; i < p.pixels; ++i)
    for (std::int64_t c = 0; c < p.channels; ++c) {
      const std::uint32_t* words =
          p.words + c / kDepthwiseBlock * p.block_words + depthwise_place(c % kDepthwiseBlock);
      const std::int16_t* image = p.image + i * p.pixel_step + c;
      std::int64_t sum = 0;
      for (const TapPair& pair : p.taps) {
        sum += std::int64_t{image[pair.first]} * static_cast<std::int16_t>(*words) +
               std::int64_t{image[pair.second]} * static_cast<std::int16_t>(*words >> 16);
        words += kDepthwiseBlock;
      }
      y[i * p.channels + c] = finished<Y>(sum, scales, c);
    }
}

#else

// At most half a block of words, so that a vector of halves is at most a block.
using Sums = hn::CappedTag<std::int32_t, kDepthwiseBlock / 2>;
using Halves = hn::Repartition<std::int16_t, Sums>;
constexpr std::int64_t kSums = hn::MaxLanes(Sums());

// A sum of words: the second half is there for targets whose widening multiply splits lanes.
struct WordSum {
  hn::Vec<Sums> sum, rest;

  static HWY_INLINE WordSum zero() { return {hn::Zero(Sums()), hn::Zero(Sums())}; }
  HWY_INLINE void add(hn::Vec<Halves> image, hn::Vec<Halves> weights) {
    sum = hn::ReorderWidenMulAccumulate(Sums(), image, weights, sum, rest);
  }
  HWY_INLINE hn::Vec<Sums> value() const { return hn::RearrangeToOddPlusEven(sum, rest); }
};

HWY_INLINE hn::Vec<Halves> load_words(const std::uint32_t* words) {
  const hn::Repartition<std::uint32_t, Sums> d;
  return hn::BitCast(Halves(), hn::LoadU(d, words));
}

// kPixels neighbours of the output by the channels of one vector of halves, of which `count` are
// kept.
template <int kPixels, class Scale, class Y>
HWY_INLINE void tile(const DepthwiseProduct& p, const std::int16_t* image,
                     const std::uint32_t* words, Scale scales, std::int64_t count, Y* y) {
  const Halves d;
  WordSum lower[kPixels], upper[kPixels];
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) lower[i] = upper[i] = WordSum::zero();
  for (const TapPair& pair : p.taps) {
    const auto lower_words = load_words(words);
    const auto upper_words = load_words(words + kDepthwiseBlock / 2);
    words += kDepthwiseBlock;
    QFX_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      const std::int16_t* pixel = image + i * p.pixel_step;
      const auto first = hn::LoadU(d, pixel + pair.first);
      const auto second = hn::LoadU(d, pixel + pair.second);
      lower[i].add(hn::InterleaveLower(d, first, second), lower_words);
      upper[i].add(hn::InterleaveUpper(d, first, second), upper_words);
    }
  }
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    auto low = lower[i].value(), high = upper[i].value();
    if constexpr (kSums == kDepthwiseBlock / 2) {  // two parts of 128 bits, channels 0-3 and 8-11
      const auto interleaved = low;
      low = hn::ConcatLowerLower(Sums(), high, interleaved);
      high = hn::ConcatUpperUpper(Sums(), high, interleaved);
    }
    Y* to = y + i * p.channels;
    store(Sums(), low, scales, count, to);
    if (count > kSums) store(Sums(), high, from(scales, kSums), count - kSums, to + kSums);
  }
}

template <class Scale, class Y>
HWY_INLINE void multiply(const DepthwiseProduct& p, Scale scales, Y* y) {
  static_assert(kSums == 4 || kSums == 8);  // the words' order knows these
  for (std::int64_t c = 0; c < p.channels; c += 2 * kSums) {
    const std::uint32_t* words =
        p.words + c / kDepthwiseBlock * p.block_words + c % kDepthwiseBlock / 2;
    const std::int16_t* image = p.image + c;
    std::int64_t i = 0;
    for (; i + 4 <= p.pixels; i += 4)
      tile<4>(p, image + i * p.pixel_step, words, from(scales, c), p.channels - c,
              y + i * p.channels + c);
    for (; i < p.pixels; ++i)
      tile<1>(p, image + i * p.pixel_step, words, from(scales, c), p.channels - c,
              y + i * p.channels + c);
  }
}

#endif  // HWY_TARGET == HWY_SCALAR

HWY_ATTR void depthwise_float(const DepthwiseProduct& product, const float* scales, float* y) {
  multiply(product, scales, y);
}
HWY_ATTR void depthwise_double(const DepthwiseProduct& product, const double* scales, double* y) {
  multiply(product, scales, y);
}
HWY_ATTR void depthwise_int32(const DepthwiseProduct& product, const void* scales,
                              std::int32_t* y) {
  multiply(product, scales, y);
}
HWY_ATTR void depthwise_int16(const DepthwiseProduct& product, SumShifts shifts, std::int16_t* y) {
  multiply(product, shifts, y);
}
HWY_ATTR void depthwise_int8(const DepthwiseProduct& product, SumShifts shifts, std::int8_t* y) {
  multiply(product, shifts, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(depthwise_float);
HWY_EXPORT(depthwise_double);
HWY_EXPORT(depthwise_int32);
HWY_EXPORT(depthwise_int16);
HWY_EXPORT(depthwise_int8);

std::vector<TapPair> pair_taps(std::span<const std::int64_t> offsets) {
  std::vector<TapPair> pairs;
  for (std::size_t tap = 0; tap < offsets.size(); tap += 2)
    pairs.push_back({offsets[tap], offsets[std::min(tap + 1, offsets.size() - 1)]});
  return pairs;
}

std::vector<std::uint32_t> pack_depthwise(std::span<const std::int32_t> weights,
                                          std::int64_t channels, std::int64_t taps) {
  const std::int64_t pairs = (taps + 1) / 2;
  const std::int64_t blocks = (channels + kDepthwiseBlock - 1) / kDepthwiseBlock;
  std::vector<std::uint32_t> words(static_cast<std::size_t>(blocks * pairs * kDepthwiseBlock), 0);
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t tap = 0; tap < taps; tap += 2) {
      const std::int64_t place = (c / kDepthwiseBlock * pairs + tap / 2) * kDepthwiseBlock +
                                 depthwise_place(c % kDepthwiseBlock);
      const std::int32_t* w = weights.data() + c * taps + tap;
      words[static_cast<std::size_t>(place)] = depthwise_word(w[0], tap + 1 < taps ? w[1] : 0);
    }
  return words;
}

void multiply_depthwise(const DepthwiseProduct& product, const float* scales, float* y) {
  HWY_DYNAMIC_DISPATCH(depthwise_float)(product, scales, y);
}
void multiply_depthwise(const DepthwiseProduct& product, const double* scales, double* y) {
  HWY_DYNAMIC_DISPATCH(depthwise_double)(product, scales, y);
}
void multiply_depthwise(const DepthwiseProduct& product, const void* scales, std::int32_t* y) {
  HWY_DYNAMIC_DISPATCH(depthwise_int32)(product, scales, y);
}
void multiply_depthwise(const DepthwiseProduct& product, SumShifts shifts, std::int16_t* y) {
  HWY_DYNAMIC_DISPATCH(depthwise_int16)(product, shifts, y);
}
void multiply_depthwise(const DepthwiseProduct& product, SumShifts shifts, std::int8_t* y) {
  HWY_DYNAMIC_DISPATCH(depthwise_int8)(product, shifts, y);
}

}  // namespace qfx::kernels
#endif
