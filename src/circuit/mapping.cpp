#include "circuit/mapping.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "circuit/fifo_kind.h"

#include "qfx/circuit/pipeline.h"

namespace qfx::circuit {
namespace {

// Products of at least so many bits take DSPs of so many signed bits.
constexpr int kLeastDspProduct = 9;
constexpr int kDspWide = 27, kDspNarrow = 18;
constexpr std::int64_t kBlockWidth = 36, kBlockDepth = 512, kDeepestBlock = 16384;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// The cheapest shape of 18 Kib blocks: 36 bits of 512 words to 1 bit of 16,384.
double blocks(std::int64_t depth, std::int64_t width) {
  std::int64_t least = ceil_div(width, kBlockWidth) * ceil_div(depth, kBlockDepth);
  std::int64_t block_width = kBlockWidth / 2, block_depth = kBlockDepth * 2;
  for (; block_depth <= kDeepestBlock;
       block_depth *= 2, block_width = std::max<std::int64_t>(1, block_width / 2))
    least = std::min(least, ceil_div(width, block_width) * ceil_div(depth, block_depth));
  return real(least);
}

// Memories of LUTs hold 14 bits of 32 words or 7 of 64 in eight of them; what is left beyond whole 64
// words may need no more than the smaller ones.
double memory_luts(std::int64_t depth, std::int64_t width) {
  const std::int64_t whole = depth / 64, rest = depth % 64;
  const std::int64_t of_rest = rest == 0   ? 0
                               : rest <= 32 ? ceil_div(width, 14)
                                            : ceil_div(width, 7);
  return real(8 * (whole * ceil_div(width, 7) + of_rest));
}

}  // namespace

Pieces multiply_pieces(int a, int b) {
  Pieces pieces;
  if (a + b >= kLeastDspProduct && std::min(a, b) > 1)
    pieces.dsps = std::ceil(static_cast<double>(std::max(a, b)) / kDspWide) *
                  std::ceil(static_cast<double>(std::min(a, b)) / kDspNarrow);
  else
    pieces.add(Piece::MultiplyBit, real(a) * b);
  return pieces;
}

// A LUT of six inputs chooses one of four bits, or by a word's bits among three constants' places.
double shift_cost(int ways) {
  if (ways <= 1) return 0;
  if (ways <= 2) return 0.5;
  if (ways <= 4) return 1;
  if (ways <= 8) return 2;
  if (ways <= 16) return 3;
  return 4 * std::ceil(ways / 32.0);
}

Pieces tree_pieces(std::int64_t terms, int width, int sum_width, int stages) {
  Pieces pieces;
  const int levels = std::bit_width(static_cast<std::uint64_t>(terms) - 1);
  const int divisor = std::max(1, levels);
  std::int64_t below = terms;
  for (int level = 1; level <= levels; ++level) {
    const int bits = std::min(width + level, sum_width);
    pieces.add(Piece::TreeBit, real(below / 2) * bits);
    below = (below + 1) / 2;
    const bool is_held =
        level < levels && level * stages / divisor != (level - 1) * stages / divisor;
    if (is_held) pieces.add(Piece::TreeRegister, real(below) * bits);
  }
  pieces.add(Piece::TreeRegister, sum_width);
  return pieces;
}

Pieces cast_pieces(int width, int frac_bits, const fixed::Format& to) {
  Pieces pieces;
  const int drop = std::max(0, frac_bits - to.frac_bits());
  const int kept = std::max(1, width - drop + std::max(0, to.frac_bits() - frac_bits));
  if (drop > 0 && to.rounding != fixed::Rounding::TRN)
    pieces.add(Piece::RoundBit, std::min(kept, to.width + 1));
  const bool replaces = to.overflow != fixed::Overflow::WRAP || to.wrap_bits > 0;
  if (kept > to.width && replaces)
    pieces.add(Piece::ClampBit, to.width + (kept - to.width) / 3.0);
  return pieces;
}

Pieces rom(std::int64_t depth, std::int64_t width) {
  Pieces pieces;
  if (depth <= 1) return pieces;
  if (in_block_ram(depth, width)) {
    pieces.brams = blocks(depth, width);
    return pieces;
  }
  // Beyond 64 words a table for each 64 and a choice; of few words neighbouring bits share one.
  const double share = depth < 32 ? std::max(real(depth), 2.0) / 32 : real(ceil_div(depth, 64));
  pieces.add(Piece::RomBit, real(width) * share);
  pieces.add(Piece::RomWord, real(width));
  return pieces;
}

Pieces ram(std::int64_t depth, std::int64_t width) {
  Pieces pieces;
  if (depth == 0) return pieces;
  if (depth == 1) {
    pieces.add(Piece::RamWord, real(2 * width));
  } else if (in_block_ram(depth, width)) {
    pieces.brams = blocks(depth, width);
  } else {
    pieces.memory_luts = memory_luts(depth, width);
    pieces.add(Piece::RamWord, real(width));
  }
  return pieces;
}

Pieces fifo_pieces(std::int64_t width, std::int64_t depth) {
  Pieces pieces;
  pieces.add(Piece::Fifo, 1);
  pieces.add(Piece::CounterBit, bits_for(depth) + (depth > 1 ? 2 * bits_for(depth - 1) : 0));
  if (depth == 1) {
    pieces.add(Piece::RamWord, real(width));
  } else if (is_block_ram(depth)) {
    pieces.brams = blocks(depth, width);
  } else {
    pieces.memory_luts = memory_luts(depth, width);
  }
  return pieces;
}

}  // namespace qfx::circuit
