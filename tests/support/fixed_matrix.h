// Matrices of fixed-point conversions and operators, made at compile time from lists of formats,
// for the vendors' headers whose formats are template parameters. Raw values come at run time.
//
// A vendor's header is included by few translation units, each of which adds its slice of the
// matrix to a list; the checker (fixed_check.h) walks the list and knows no vendor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::fixed::matrix {

// Two's complement, least significant word first, sign extended.
using Words = std::array<std::uint64_t, 9>;

struct Conversion {
  Format from;
  Format to;
  void (*convert)(const std::int64_t* in, std::int64_t* out, std::size_t count);
};

struct WideConversion {
  Format from;
  Format to;
  void (*convert)(const Words& in, Words& out);
};

enum class Operator { ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATE, COMPARE };
inline constexpr std::array kOperators = {Operator::ADD,    Operator::SUBTRACT, Operator::MULTIPLY,
                                          Operator::DIVIDE, Operator::NEGATE,   Operator::COMPARE};

struct Operation {
  Format left;
  Format right;
  // The header's result and its type. COMPARE gives -1, 0 or 1 in out[0] and leaves the type alone.
  Format (*operate)(Operator op, const Words& left, const Words& right, Words& out);
  // left shifted by count places up (down if negative), by the header's << and >> alike.
  void (*shift)(const Words& left, int count, Words& up, Words& down);
};

// What a header's six comparisons of two values say.
struct Comparisons {
  bool less;         // a < b
  bool not_greater;  // a <= b
  bool greater;      // a > b
  bool not_less;     // a >= b
  bool same;         // a == b
  bool different;    // a != b
};

// -1, 0 or 1; 9 where they contradict each other.
constexpr int order(const Comparisons& said) {
  const bool agree = said.not_greater == (said.less || said.same) &&
                     said.not_less == (said.greater || said.same) && said.different == !said.same;
  return agree && said.less + said.greater + said.same == 1 ? said.greater - said.less : 9;
}

struct FromDouble {
  Format to;
  std::int64_t (*convert)(double value);
  double (*back)(std::int64_t raw);
};

// What a program's translation units have added, whatever their order.
template <class Entry>
std::vector<Entry>& entries() {
  static std::vector<Entry> list;
  return list;
}

template <class Entry, std::size_t Count>
bool add(const std::array<Entry, Count>& slice) {
  entries<Entry>().insert(entries<Entry>().end(), slice.begin(), slice.end());
  return true;
}

struct Pair {
  Format from;
  Format to;
};

constexpr Format plain(int width, int int_bits, bool is_signed) {
  return {.width = width, .int_bits = int_bits, .is_signed = is_signed};
}

// ap_fixed's overflow modes of a width: SAT, SAT_ZERO, SAT_SYM, WRAP with N = 0..W and, signed
// only, WRAP_SM with N = 0..W.
constexpr int ap_overflow_count(int width, bool is_signed) {
  return 3 + (width + 1) * (is_signed ? 2 : 1);
}

constexpr Format with_ap_overflow(Format format, int index) {
  format.wrap_bits = 0;
  if (index < 3) {
    format.overflow = static_cast<Overflow>(index);
  } else {
    format.overflow = index - 3 <= format.width ? Overflow::WRAP : Overflow::WRAP_SM;
    format.wrap_bits = (index - 3) % (format.width + 1);
  }
  return format;
}

inline constexpr int kApRoundings = 7;  // all but RND_CONV_ODD
inline constexpr int kAcRoundings = 8;
inline constexpr int kAcOverflows = 4;  // all but WRAP_SM, N = 0

// Every mode ap_fixed has for a width and sign.
template <int Width, bool IsSigned>
constexpr auto ap_modes(int int_bits) {
  std::array<Format, kApRoundings * ap_overflow_count(Width, IsSigned)> list;
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i] =
        with_ap_overflow(plain(Width, int_bits, IsSigned), static_cast<int>(i) / kApRoundings);
    list[i].rounding = static_cast<Rounding>(i % kApRoundings);
  }
  return list;
}

// Every mode ac_fixed has.
template <int Width, bool IsSigned>
constexpr auto ac_modes(int int_bits) {
  std::array<Format, kAcRoundings * kAcOverflows> list;
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i] = plain(Width, int_bits, IsSigned);
    list[i].rounding = static_cast<Rounding>(i % kAcRoundings);
    list[i].overflow = static_cast<Overflow>(i / kAcRoundings);
  }
  return list;
}

template <std::size_t Sources, std::size_t Targets>
constexpr auto cross(const std::array<Format, Sources>& sources,
                     const std::array<Format, Targets>& targets) {
  std::array<Pair, Sources * Targets> pairs;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i] = {sources[i % Sources], targets[i / Sources]};
  return pairs;
}

// A few sources that reach every branch of a conversion into F fraction bits: none, one, two and
// many dropped bits, and values far beyond the range.
constexpr auto deep_sources(int frac_bits) {
  constexpr std::array signed_drops = {0, 1, 2, 5};
  constexpr std::array unsigned_drops = {2};
  std::array<Format, signed_drops.size() + unsigned_drops.size()> list;
  std::size_t at = 0;
  for (const int drop : signed_drops) list[at++] = plain(8, 8 - frac_bits - drop, true);
  for (const int drop : unsigned_drops) list[at++] = plain(6, 6 - frac_bits - drop, false);
  return list;
}

// A well-mixed sequence, the same on every compiler.
constexpr std::uint32_t mixed(std::uint32_t index) {
  std::uint32_t x = index * 0x9E3779B9u + 0x7F4A7C15u;
  x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
  x = (x ^ (x >> 13)) * 0xC2B2AE35u;
  return x ^ (x >> 16);
}

constexpr int between(std::uint32_t random, int low, int high) {
  return low + static_cast<int>(random % static_cast<std::uint32_t>(high - low + 1));
}

// Format number `index` of a mixed sequence. `has_wrap_bits` gives ap_fixed's modes, else
// ac_fixed's.
constexpr Format with_mixed_modes(Format format, std::uint32_t index, bool ap) {
  format.rounding = static_cast<Rounding>(mixed(2 * index) % (ap ? kApRoundings : kAcRoundings));
  const auto choices = static_cast<std::uint32_t>(
      ap ? ap_overflow_count(format.width, format.is_signed) : kAcOverflows);
  if (ap) return with_ap_overflow(format, static_cast<int>(mixed(2 * index + 1) % choices));
  format.overflow = static_cast<Overflow>(mixed(2 * index + 1) % choices);
  return format;
}

// Every pair of formats up to 4 bits wide from sources of one width, both signs, 3 places up to 5
// down; 2 modes a pair, turning so that all modes meet all shapes.
template <int SourceWidth>
constexpr auto small_pairs(bool ap) {
  constexpr int widest = 4, least_drop = -3, drops = 9, modes = 2;
  std::array<Pair, 2 * 2 * widest * drops * modes> pairs;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const int n = static_cast<int>(i) / modes;
    const int width = n / 4 % widest + 1;
    const int int_bits = between(mixed(static_cast<std::uint32_t>(i) + 77), -2, width + 2);
    const int drop = n / (4 * widest) + least_drop;
    pairs[i].from = plain(SourceWidth, SourceWidth - (width - int_bits) - drop, n % 2 == 0);
    pairs[i].to = with_mixed_modes(plain(width, int_bits, n / 2 % 2 == 0),
                                   static_cast<std::uint32_t>(i + 10000 * SourceWidth), ap);
  }
  return pairs;
}

// Pairs of formats with widths out of a list, the binary points near each other or far apart. A
// list, since each further width costs the compiler a good part of a second.
template <std::size_t Count, std::size_t Widths>
constexpr auto mixed_pairs(std::uint32_t seed, const std::array<int, Widths>& widths, bool ap) {
  std::array<Pair, Count> pairs;
  for (std::size_t i = 0; i < Count; ++i) {
    const std::uint32_t at = seed + 16 * static_cast<std::uint32_t>(i);
    const int from_width = widths[mixed(at) % Widths];
    const int to_width = widths[mixed(at + 1) % Widths];
    const int int_bits = between(mixed(at + 2), -4, to_width + 4);
    const int apart = mixed(at + 3) % 4 == 0 ? widths.back() + 3 : from_width / 2;
    const int frac_bits = to_width - int_bits + between(mixed(at + 4), -apart, apart);
    pairs[i].from = plain(from_width, from_width - frac_bits, mixed(at + 5) % 4 != 0);
    pairs[i].to = with_mixed_modes(plain(to_width, int_bits, mixed(at + 6) % 4 != 0), at + 7, ap);
  }
  return pairs;
}

// The tables. `Header` says how one vendor does it; `Slice::kPairs` says which pairs.
template <class Header, class Slice>
constexpr auto conversions() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{
        Conversion{Slice::kPairs[I].from, Slice::kPairs[I].to,
                   &Header::template convert<Slice::kPairs[I].from, Slice::kPairs[I].to>}...};
  }
  (std::make_index_sequence<Slice::kPairs.size()>{});
}

template <class Header, class Slice>
constexpr auto wide_conversions() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{WideConversion{
        Slice::kPairs[I].from, Slice::kPairs[I].to,
        &Header::template convert_wide<Slice::kPairs[I].from, Slice::kPairs[I].to>}...};
  }
  (std::make_index_sequence<Slice::kPairs.size()>{});
}

template <class Header, class Slice>
constexpr auto operations() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{
        Operation{Slice::kPairs[I].from, Slice::kPairs[I].to,
                  &Header::template operate<Slice::kPairs[I].from, Slice::kPairs[I].to>,
                  &Header::template shift<Slice::kPairs[I].from>}...};
  }
  (std::make_index_sequence<Slice::kPairs.size()>{});
}

template <class Header, class Slice>
constexpr auto from_doubles() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{FromDouble{Slice::kFormats[I],
                                 &Header::template from_double<Slice::kFormats[I]>,
                                 &Header::template to_double<Slice::kFormats[I]>}...};
  }
  (std::make_index_sequence<Slice::kFormats.size()>{});
}

}  // namespace qfx::fixed::matrix
