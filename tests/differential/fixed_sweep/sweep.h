// The exhaustive sweep: which formats it is over, and the tables that a header's slices fill in.
//
// A conversion's template depends on the types of both sides, and all pairs of small formats would
// be a million templates. But one source type of 19 bits holds every value of every small format,
// so each target type is compiled for that one and sweeps all its values.
#pragma once

#include "support/fixed_matrix.h"

namespace qfx::fixed::matrix {

// The small formats: W from 1 to 6, I from -3 to W + 3, either sign.
inline constexpr int kWidest = 6;
inline constexpr int kLeastIntBits = -3;
inline constexpr int kPastWidth = 3;

constexpr std::size_t int_bits_count(int width) {
  return static_cast<std::size_t>(width + kPastWidth - kLeastIntBits + 1);
}

constexpr std::size_t small_format_count() {
  std::size_t count = 0;
  for (int width = 1; width <= kWidest; ++width) count += 2 * int_bits_count(width);
  return count;
}

// Those of one width and sign.
template <int Width, bool IsSigned>
constexpr auto shapes() {
  std::array<Format, int_bits_count(Width)> list;
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = plain(Width, kLeastIntBits + static_cast<int>(i), IsSigned);
  return list;
}

inline constexpr auto kSmallFormats = [] {
  std::array<Format, small_format_count()> list;
  std::size_t at = 0;
  for (int width = 1; width <= kWidest; ++width)
    for (int int_bits = kLeastIntBits; int_bits <= width + kPastWidth; ++int_bits)
      for (const bool is_signed : {true, false}) list[at++] = plain(width, int_bits, is_signed);
  return list;
}();

// The sources that hold every value of all of them, and every one that is not negative.
inline constexpr Format kEverySigned = plain(19, 10, true);
inline constexpr Format kEveryUnsigned = plain(18, 9, false);

// Every value of `inner` is one of `outer`.
constexpr bool holds(const Format& outer, const Format& inner) {
  return outer.width - outer.int_bits >= inner.width - inner.int_bits &&
         outer.int_bits - outer.is_signed >= inner.int_bits - inner.is_signed &&
         (outer.is_signed || !inner.is_signed);
}

static_assert([] {
  for (const Format& format : kSmallFormats)
    if (!holds(kEverySigned, format) || (!format.is_signed && !holds(kEveryUnsigned, format)))
      return false;
  return true;
}());

// The targets `modes`, each from one small format that is drawn for it.
template <std::size_t Count>
constexpr auto drawn_pairs(const std::array<Format, Count>& modes) {
  std::array<Pair, Count> pairs;
  for (std::size_t i = 0; i < Count; ++i) {
    const Format& to = modes[i];
    const int shape = 32 * to.width + 2 * (to.int_bits - kLeastIntBits) + to.is_signed;
    const std::uint32_t draw = mixed(static_cast<std::uint32_t>(1000 * shape) + i);
    pairs[i] = {kSmallFormats[draw % kSmallFormats.size()], to};
  }
  return pairs;
}

// Every other one of a format's modes: the white squares of a chessboard whose rows are the places
// of the binary point, so that a mode that is left out at one place comes at both its neighbours.
template <int IntBits, std::size_t Count>
constexpr auto white_squares(const std::array<Format, Count>& modes) {
  constexpr std::size_t first = IntBits % 2 == 0 ? 0 : 1;
  std::array<Format, (Count + 1 - first) / 2> list;
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = modes[2 * i + first];
  return list;
}

// Pairs of operands up to a common shift of both binary points: for each two widths and signs every
// difference of the integer bits that small formats have, at some place among those where both are
// small. `Width` and `is_signed` are the left operand's.
template <int Width>
constexpr auto operand_pairs(bool is_signed) {
  constexpr auto count = [] {
    std::size_t sum = 0;
    for (int right = 1; right <= kWidest; ++right)
      sum += 2 * (int_bits_count(Width) + int_bits_count(right) - 1);
    return sum;
  }();
  std::array<Pair, count> pairs;
  std::size_t at = 0;
  for (int right = 1; right <= kWidest; ++right) {
    const int least = kLeastIntBits - (right + kPastWidth);
    for (int apart = least; apart <= Width + kPastWidth - kLeastIntBits; ++apart) {
      const int low = apart > 0 ? kLeastIntBits + apart : kLeastIntBits;
      const int high = Width + kPastWidth < right + kPastWidth + apart ? Width + kPastWidth
                                                                       : right + kPastWidth + apart;
      for (const bool right_is_signed : {true, false}) {
        const int int_bits =
            between(mixed(static_cast<std::uint32_t>(at) + 500 * Width), low, high);
        pairs[at++] = {plain(Width, int_bits, is_signed),
                       plain(right, int_bits - apart, right_is_signed)};
      }
    }
  }
  return pairs;
}

struct DoubleSweep {
  Format to;
  void (*convert)(const double* in, std::int64_t* out, std::size_t count);
};

// What the header makes of two operands.
struct Results {
  std::int64_t sum;
  std::int64_t difference;
  std::int64_t product;
  std::int64_t quotient;  // left alone where the divisor is 0
  int order;              // -1, 0 or 1; 9 where the six comparisons contradict each other
};

struct OperatorSweep {
  Format left;
  Format right;
  void (*operate)(std::int64_t left, std::int64_t right, Results& results);
};

// The header's types of a + b, a - b, a * b and a / b, in that order.
struct ResultTypes {
  Format left;
  Format right;
  std::array<Format, 4> types;
};

// What depends on one format alone.
struct UnarySweep {
  Format format;
  Format negated_type;
  std::int64_t (*negate)(std::int64_t raw);
  std::int64_t (*shift_up)(std::int64_t raw, int places);
  std::int64_t (*shift_down)(std::int64_t raw, int places);
  double (*to_double)(std::int64_t raw);
};

template <class Header, class Slice>
constexpr auto double_sweeps() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{
        DoubleSweep{Slice::kFormats[I], &Header::template convert_doubles<Slice::kFormats[I]>}...};
  }
  (std::make_index_sequence<Slice::kFormats.size()>{});
}

template <class Header, class Slice>
constexpr auto operator_sweeps() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{
        OperatorSweep{Slice::kPairs[I].from, Slice::kPairs[I].to,
                      &Header::template operate<Slice::kPairs[I].from, Slice::kPairs[I].to>}...};
  }
  (std::make_index_sequence<Slice::kPairs.size()>{});
}

template <class Header, class Slice>
constexpr auto result_types() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{
        ResultTypes{Slice::kPairs[I].from, Slice::kPairs[I].to,
                    Header::template types<Slice::kPairs[I].from, Slice::kPairs[I].to>()}...};
  }
  (std::make_index_sequence<Slice::kPairs.size()>{});
}

template <class Header, class Slice>
constexpr auto unary_sweeps() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{Header::template unary<Slice::kFormats[I]>()...};
  }
  (std::make_index_sequence<Slice::kFormats.size()>{});
}

}  // namespace qfx::fixed::matrix
