// Tiles of a walk, and the sums over one that depend on where it lies.
#pragma once

#include "kernels/walk.h"

namespace qfx::kernels {

// Elements of a tile: those of a few stages fit a first-level cache of 32 KiB.
inline constexpr std::int64_t kTile = 2048;

// The parts of a tile whose channels add_moments and add_channel_line take: body(offset in the
// tile, first channel, extent).
template <class Body>
void for_each_channel_part(const Walk& walk, const Part& part, const Body& body) {
  const std::int64_t columns = walk.channels * walk.inner;
  if (walk.by_columns && part.begin == 0 && part.end == walk.length) {
    body(std::int64_t{0}, std::int64_t{0},
         Extent{walk.size(part) / columns, walk.channels, walk.inner});
    return;
  }
  if (walk.by_columns) {  // a part of one long row
    for (std::int64_t j = part.begin; j < part.end;) {
      const std::int64_t c = walk.channel_of_column(j);
      const std::int64_t length = std::min((c + 1) * walk.inner, part.end) - j;
      body(j - part.begin, c, Extent{1, 1, length});
      j += length;
    }
    return;
  }
  std::int64_t offset = 0;
  for (std::int64_t row = part.first; row < part.last; ++row) {
    const std::int64_t length = std::min(part.end, walk.length) - part.begin;
    body(offset, walk.channel_of_row(row), Extent{1, 1, length});
    offset += length;
  }
}

// The channels' sums and sums of squares of an array inside one tile.
void add_tile_moments(const float* x, const Extent& extent, double* sums, double* squares);
void add_tile_moments(const double* x, const Extent& extent, double* sums, double* squares);

}  // namespace qfx::kernels
