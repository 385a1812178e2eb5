// Formats, the vendor's types of them, and lists of both. `types.h` is the vendor's: ap/ or ac/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "types.h"

#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx::test {

using fixed::Format;

constexpr Format signed_format(int width, int int_bits) {
  return {width, int_bits, true};
}
constexpr Format unsigned_format(int width, int int_bits) {
  return {width, int_bits, false};
}

// Calls f.operator()<FORMAT>() for each format that `of` names by its index.
template <std::size_t COUNT, class Of, class F>
void each_format(const Of&, const F& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f.template operator()<Of::format(I)>(), ...);
  }
  (std::make_index_sequence<COUNT>());
}

// 4 bits, 2 of them integer, signed and unsigned, in every mode that the vendor has.
struct EveryMode {
  static constexpr std::size_t kOverflowCount = kSignedOverflows.size() + kUnsignedOverflows.size();
  static constexpr std::size_t kCount = kRoundings.size() * kOverflowCount;
  static constexpr Format format(std::size_t i) {
    const std::size_t overflow = i % kOverflowCount;
    const bool is_signed = overflow < kSignedOverflows.size();
    const Wrapping wrapping = is_signed ? kSignedOverflows[overflow]
                                        : kUnsignedOverflows[overflow - kSignedOverflows.size()];
    return {4, 2, is_signed, kRoundings[i / kOverflowCount], wrapping.overflow, wrapping.wrap_bits};
  }
};
template <class F>
void each_mode(const F& f) {
  each_format<EveryMode::kCount>(EveryMode(), f);
}

// Every rounding once, the overflow modes in turn.
struct EveryRounding {
  static constexpr Format format(std::size_t i) {
    const bool is_signed = i % 3 != 2;
    const Wrapping wrapping = is_signed ? kSignedOverflows[i % kSignedOverflows.size()]
                                        : kUnsignedOverflows[i % kUnsignedOverflows.size()];
    return {4, 2, is_signed, kRoundings[i], wrapping.overflow, wrapping.wrap_bits};
  }
};
template <class F>
void each_rounding(const F& f) {
  each_format<kRoundings.size()>(EveryRounding(), f);
}

// One narrow, one wide, one unsigned, one that wraps: where the cast itself is proved elsewhere, in
// every mode.
struct SomeFormats {
  static constexpr Format format(std::size_t i) {
    constexpr Format kFormats[] = {
        {4, 2, true, fixed::Rounding::RND_CONV, fixed::Overflow::SAT},
        {24, 12, true, fixed::Rounding::RND_INF, fixed::Overflow::SAT_SYM},
        {4, 2, false, fixed::Rounding::TRN_ZERO, fixed::Overflow::SAT_ZERO},
        {4, 2, true, fixed::Rounding::TRN, fixed::Overflow::WRAP}};
    return kFormats[i];
  }
};
template <class F>
void each_destination(const F& f) {
  each_format<4>(SomeFormats(), f);
}

template <class T>
std::int64_t raw_value(const T& value) {
  return raw_of(value).to_int64();
}

// Every raw value of a format, the smallest first.
inline std::vector<std::int64_t> every_raw(const Format& format) {
  std::vector<std::int64_t> raw;
  for (std::int64_t r = fixed::min_raw(format); r <= fixed::max_raw(format); ++r) raw.push_back(r);
  return raw;
}

// A stream of beats with C lanes of the format.
template <Format F, int C = 1>
using Beats = Stream<Pixel<Number<F>, C>>;

template <class T, int C>
void write(Stream<Pixel<T, C>>& stream, std::initializer_list<std::int64_t> raw) {
  Pixel<T, C> pixel;
  std::transform(raw.begin(), raw.end(), pixel.data, [](std::int64_t r) { return from_raw<T>(r); });
  stream.write(pixel);
}

template <class T>
void write_all(Stream<Pixel<T, 1>>& stream, const std::vector<std::int64_t>& raw) {
  for (std::int64_t r : raw) write(stream, {r});
}

// The only lane of the next beat.
template <class T>
std::int64_t read(Stream<Pixel<T, 1>>& stream) {
  return raw_value(stream.read().data[0]);
}

}  // namespace qfx::test
