#include "qfx/kernels/bit_planes.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "kernels/clones.h"
#include "kernels/ref/bit_planes.h"
#include "kernels/targets.h"

#include "qfx/base/error.h"
#include "qfx/kernels/fits.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bits/bit_planes.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

using Halves = hn::CappedTag<std::int16_t, 32>;
constexpr std::int64_t kLanes = hn::MaxLanes(Halves());

HWY_INLINE hn::Vec<Halves> load(const std::int16_t* x) {
  return hn::LoadU(Halves(), x);
}
template <class Byte>
HWY_INLINE hn::Vec<Halves> load(const Byte* x) {
  return hn::PromoteTo(Halves(), hn::LoadU(hn::Rebind<Byte, Halves>(), x));
}
HWY_INLINE hn::Vec<Halves> load(const std::int32_t* x) {
  const hn::Repartition<std::int32_t, Halves> d;
  const hn::Half<Halves> half;
  const auto low = hn::DemoteTo(half, hn::LoadU(d, x));
  const auto high = hn::DemoteTo(half, hn::LoadU(d, x + kLanes / 2));
  return hn::Combine(Halves(), high, low);
}

// The first multiple of 32 elements; returns how many. Bit k of a level is how often, modulo 2,
// those limits are exceeded that count in steps of 2^k.
template <int kPlanes, class In>
HWY_NOINLINE std::int64_t pack_stream(const In* x, std::int64_t count, const std::int16_t* limits,
                                      int start, std::int64_t plane_size, std::uint16_t* y) {
  const Halves d;
  std::int64_t done = 0;
  for (; done + 32 <= count; done += 32) {
    std::uint32_t bits[kPlanes];
    for (int k = 0; k < kPlanes; ++k) bits[k] = (start >> k & 1) != 0 ? ~0u : 0u;
    for (std::int64_t i = 0; i < 32; i += kLanes) {
      const auto value = load(x + done + i);
      for (int j = 0; j < (1 << kPlanes) - 1; ++j) {
        std::uint8_t bytes[8] = {};
        hn::StoreMaskBits(d, hn::Gt(value, hn::Set(d, limits[j])), bytes);
        std::uint32_t exceeds;
        std::memcpy(&exceeds, bytes, 4);
        for (int k = 0; k < kPlanes && (j + 1) % (1 << k) == 0; ++k) bits[k] ^= exceeds << i;
      }
    }
    for (int k = 0; k < kPlanes; ++k)
      std::memcpy(y + k * plane_size + done / kWordChannels, &bits[k], 4);
  }
  return done;
}

template <class In>
HWY_INLINE std::int64_t pack_levels(const In* x, std::int64_t count, const std::int16_t* limits,
                                    int start, const BitPlanes& planes, std::uint16_t* y) {
  const std::int64_t size = planes.plane_size();
  switch (planes.planes) {
    case 1:
      return pack_stream<1>(x, count, limits, start, size, y);
    case 2:
      return pack_stream<2>(x, count, limits, start, size, y);
    case 3:
      return pack_stream<3>(x, count, limits, start, size, y);
    case 4:
      return pack_stream<4>(x, count, limits, start, size, y);
  }
  return 0;
}

#else

template <class In>
std::int64_t pack_levels(const In*, std::int64_t, const std::int16_t*, int, const BitPlanes&,
                         std::uint16_t*) {
  return 0;
}

#endif  // QFX_HAS_VECTORS

#define QFX_PACK_LEVELS(name, In)                                                         \
  HWY_ATTR std::int64_t name(const In* x, std::int64_t count, const std::int16_t* limits, \
                             int start, const BitPlanes& planes, std::uint16_t* y) {      \
    return pack_levels(x, count, limits, start, planes, y);                               \
  }
QFX_PACK_LEVELS(pack_int8, std::int8_t)
QFX_PACK_LEVELS(pack_uint8, std::uint8_t)
QFX_PACK_LEVELS(pack_int16, std::int16_t)
QFX_PACK_LEVELS(pack_int32, std::int32_t)
#undef QFX_PACK_LEVELS

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(pack_int8);
HWY_EXPORT(pack_uint8);
HWY_EXPORT(pack_int16);
HWY_EXPORT(pack_int32);

namespace {

// The first elements of a stream of values of 16 bits, as many as vectors do; returns how many.
template <class In>
std::int64_t pack_stream(const In* x, std::int64_t count, const std::int16_t* limits, int start,
                         const BitPlanes& planes, std::uint16_t* y) {
  if constexpr (std::is_same_v<In, std::int8_t>)
    return HWY_DYNAMIC_DISPATCH(pack_int8)(x, count, limits, start, planes, y);
  else if constexpr (std::is_same_v<In, std::uint8_t>)
    return HWY_DYNAMIC_DISPATCH(pack_uint8)(x, count, limits, start, planes, y);
  else if constexpr (std::is_same_v<In, std::int16_t>)
    return HWY_DYNAMIC_DISPATCH(pack_int16)(x, count, limits, start, planes, y);
  else if constexpr (std::is_same_v<In, std::int32_t>)
    return HWY_DYNAMIC_DISPATCH(pack_int32)(x, count, limits, start, planes, y);
  else
    return 0;
}

// y += 2 where x >= threshold
template <class In>
QFX_CLONES void add_reached(const In* x, std::int32_t threshold, std::int8_t* y,
                            std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = static_cast<std::int8_t>(y[i] + (x[i] >= threshold ? 2 : 0));
}

// A table of more values than this is worth no place in a cache.
constexpr std::int64_t kMostEntries = 1024;

}  // namespace

LevelPacker::LevelPacker(const BitPlanes& planes, std::vector<std::int64_t> thresholds,
                         std::int64_t lo, std::int64_t hi)
    : planes_(planes),
      thresholds_(std::move(thresholds)),
      narrow_(fits<std::int16_t>(lo, hi)),
      start_(ref::level(lo, thresholds_.data(), planes.largest())) {
  QFX_ASSERT(planes.planes >= 1 && planes.planes <= kMostPlanes);
  QFX_ASSERT(std::ssize(thresholds_) == planes.largest());
  for (const std::int64_t threshold : thresholds_)
    // Where nothing is to be compared, what no value exceeds.
    limits_.push_back(narrow_ && threshold > lo && threshold <= hi
                          ? static_cast<std::int16_t>(threshold - 1)
                          : std::numeric_limits<std::int16_t>::max());
}

template <class In>
void LevelPacker::pack(const In* x, std::uint16_t* y) const {
  std::int64_t pixel = 0;
  // Pixels of whole words are one stream of bits.
  if (narrow_ && planes_.channels % kWordChannels == 0)
    pixel = pack_stream(x, planes_.pixels * planes_.channels, limits_.data(), start_, planes_, y) /
            planes_.channels;
  for (; pixel < planes_.pixels; ++pixel) {
    const In* values = x + pixel * planes_.channels;
    ref::pack_pixel(
        planes_,
        [&](std::int64_t c) {
          return ref::level(values[c], thresholds_.data(), planes_.largest());
        },
        y + pixel * planes_.words());
  }
}

template <class In>
void LevelPacker::values(const In* x, std::int8_t* y) const {
  const std::int64_t count = planes_.pixels * planes_.channels;
  std::fill_n(y, count, static_cast<std::int8_t>(-planes_.largest()));
  for (const std::int64_t threshold : thresholds_) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (threshold > kMost) break;
    add_reached(x, static_cast<std::int32_t>(std::max(threshold, -kMost - 1)), y, count);
  }
}

LevelPacker repacker(const BitPlanes& planes) {
  const int n = planes.largest();
  std::vector<std::int64_t> thresholds;
  for (int level = 1; level <= n; ++level) thresholds.push_back(2 * level - n);
  return LevelPacker(planes, std::move(thresholds), -n, n);
}

SpreadPacker::SpreadPacker(std::int64_t pixels, std::int64_t levels,
                           std::vector<std::int64_t> thresholds, std::int64_t lo, std::int64_t hi)
    : planes_{1, std::ssize(thresholds), pixels},
      levels_(levels),
      thresholds_(std::move(thresholds)),
      lo_(lo) {
  QFX_ASSERT(planes_.channels % levels == 0);
  if (levels % kWordChannels != 0 || hi - lo >= kMostEntries) return;
  const BitPlanes channel{1, levels, 1};
  for (std::int64_t c = 0; c < planes_.channels; c += levels)
    for (std::int64_t x = lo; x <= hi; ++x) {
      const std::size_t at = table_.size();
      table_.resize(at + channel.words());
      ref::pack_pixel(
          channel, [&](std::int64_t j) { return x >= thresholds_[c + j] ? 1 : 0; },
          table_.data() + at);
    }
}

template <class In>
void SpreadPacker::pack(const In* x, std::uint16_t* y) const {
  const std::int64_t channels = planes_.channels / levels_;
  if (!table_.empty()) {
    const std::int64_t words = levels_ / kWordChannels, entries = std::ssize(table_) / channels;
    for (std::int64_t pixel = 0; pixel < planes_.pixels; ++pixel)
      for (std::int64_t c = 0; c < channels; ++c, ++x) {
        const std::uint16_t* word = table_.data() + c * entries + (*x - lo_) * words;
        for (std::int64_t i = 0; i < words; ++i) *y++ = word[i];
      }
    return;
  }
  for (std::int64_t pixel = 0; pixel < planes_.pixels; ++pixel)
    ref::pack_pixel(
        planes_,
        [&](std::int64_t c) { return x[pixel * channels + c / levels_] >= thresholds_[c] ? 1 : 0; },
        y + pixel * planes_.words());
}

template <class In>
void SpreadPacker::values(const In* x, std::int8_t* y) const {
  const std::int64_t channels = planes_.channels / levels_;
  for (std::int64_t pixel = 0; pixel < planes_.pixels; ++pixel, x += channels)
    for (std::int64_t c = 0; c < planes_.channels; ++c)
      *y++ = x[c / levels_] >= thresholds_[c] ? std::int8_t{1} : std::int8_t{-1};
}

template <class Out>
void unpack(const BitPlanes& planes, const std::uint16_t* x, Out* y) {
  for (std::int64_t pixel = 0; pixel < planes.pixels; ++pixel, x += planes.words())
    for (std::int64_t c = 0; c < planes.channels; ++c) {
      int level = 0;
      for (int k = 0; k < planes.planes; ++k) {
        const int word = x[k * planes.plane_size() + c / kWordChannels];
        level |= (word >> c % kWordChannels & 1) << k;
      }
      *y++ = static_cast<Out>(2 * level - planes.largest());
    }
}

#define QFX_FOR_INPUT(In)                                            \
  template void LevelPacker::pack(const In*, std::uint16_t*) const;  \
  template void LevelPacker::values(const In*, std::int8_t*) const;  \
  template void SpreadPacker::pack(const In*, std::uint16_t*) const; \
  template void SpreadPacker::values(const In*, std::int8_t*) const;
QFX_FOR_INPUT(std::int8_t)
QFX_FOR_INPUT(std::uint8_t)
QFX_FOR_INPUT(std::int16_t)
QFX_FOR_INPUT(std::uint16_t)
QFX_FOR_INPUT(std::int32_t)
#undef QFX_FOR_INPUT
template void unpack(const BitPlanes&, const std::uint16_t*, std::int8_t*);
template void unpack(const BitPlanes&, const std::uint16_t*, std::int32_t*);

}  // namespace qfx::kernels
#endif
