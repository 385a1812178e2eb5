// How the kernels walk an Extent, and the order in which the backward pass adds.
//
// Words for a part of an array, from large to small:
//   Extent  an array as {outer, channels, inner} (qfx/kernels/fake_cast.h)
//   Slice   a part of an array that one thread takes: an offset and an Extent of its own
//   Walk    an Extent as rows, or as columns where a channel's elements lie apart
//   Part    what of a walk lies together: some whole rows, or a piece of one
//   Tile    a Part small enough for the first-level cache, which all stages of a chain visit in turn
//   Strip   by columns: a few rows of a Part, gone down line by line (simd/stream-inl.h)
//   Block   kBlock elements of a row, the unit in which sums are added
//   Line    64 bytes of elements, what a vector loop takes in one turn; a ragged row ends in a
//           padded one
// A convolution's BlockPlace is some rows of some channels of one group (conv/blocks.h).
//
// Note [Order of sums]
// The same bits must come out of the scalar reference, of every vector width, of any number of
// threads and of a chain that goes tile by tile, so the order of additions is part of the contract
// between the implementations. It depends on the extent alone:
//
// Rows. Where a channel's elements lie together (one channel, or inner >= kLongRow), each row is
// cut into blocks of kBlock elements from its start. Inside a block element j adds to lane j %
// kLanes, lanes being of the compute type; the lanes are folded in halves (lane i + lane i + half)
// and the result is added to the channel's double, rows and blocks in memory order.
//
// Columns. Else (channels last, short inner) a row is `repeat` outer slices of channels * inner
// columns. Each column adds down the rows in the compute type, and into its double after every
// kFlush rows and at the end; then the columns are added to their channels from left to right.
//
// One product and one sum are two roundings: no implementation fuses them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

inline constexpr std::int64_t kLongRow = 16;
inline constexpr std::int64_t kBlock = 1024;
inline constexpr std::int64_t kFlush = 128;

// Partial sums of a block: a line of 64 bytes.
template <class C>
inline constexpr std::int64_t kLanes = 64 / sizeof(C);

// Elements of a walk that lie together: of the rows [first, last) the elements [begin, end). Either
// whole rows, or a part of one that begins at a whole block.
struct Part {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct Walk {
  bool by_columns = false;
  std::int64_t rows = 0;    // full rows
  std::int64_t length = 0;  // elements of a row
  std::int64_t rest = 0;    // elements of a last, shorter row (by columns only)
  std::int64_t inner = 1;   // elements of a channel that lie together
  std::int64_t channels = 1;

  // By rows: of row r. By columns: of column j.
  std::int64_t channel_of_row(std::int64_t row) const { return channels > 0 ? row % channels : 0; }
  std::int64_t channel_of_column(std::int64_t column) const { return (column / inner) % channels; }

  std::int64_t row_end(std::int64_t row) const { return row < rows ? length : rest; }
  Part whole() const { return {0, rows + (rest > 0), 0, length}; }
  std::int64_t size(const Part& part) const {
    if (part.first == part.last) return 0;
    return (part.last - 1 - part.first) * length + std::min(part.end, row_end(part.last - 1)) -
           part.begin;
  }

  // body(part, offset of its first element, its size) for parts of about `size` elements, a
  // multiple of kBlock, in memory order.
  template <class Body>
  void for_each_part(std::int64_t size, const Body& body) const {
    const std::int64_t last = rows + (rest > 0);
    if (length > size) {
      for (std::int64_t r = 0; r < last; ++r)
        for (std::int64_t begin = 0; begin < row_end(r); begin += size) {
          const Part part{r, r + 1, begin, std::min(begin + size, row_end(r))};
          body(part, r * length + begin, this->size(part));
        }
      return;
    }
    const std::int64_t step = length > 0 ? size / length : 1;
    for (std::int64_t r = 0; r < last; r += step) {
      const Part part{r, std::min(r + step, last), 0, length};
      body(part, r * length, this->size(part));
    }
  }
};

inline Walk walk_of(const Extent& extent) {
  // Columns are repeated until they fill whole lines of every compute type, unless a row is long
  // enough for its ragged end not to matter.
  constexpr std::int64_t kLine = kLanes<float>;
  constexpr std::int64_t kLongColumns = 16;
  Walk walk;
  walk.channels = extent.channels;
  walk.inner = extent.inner;
  if (extent.size() == 0) return walk;
  if (extent.channels == 1) {
    walk.rows = 1;
    walk.length = extent.size();
  } else if (extent.inner >= kLongRow) {
    walk.rows = extent.outer * extent.channels;
    walk.length = extent.inner;
  } else {
    const std::int64_t columns = extent.channels * extent.inner;
    const std::int64_t whole = kLine / std::gcd(columns, kLine);  // slices that fill whole lines
    const std::int64_t repeat = columns >= kLongColumns
                                    ? 1
                                    : std::min(extent.outer, (kLongColumns + columns * whole - 1) /
                                                                 (columns * whole) * whole);
    walk.by_columns = true;
    walk.length = columns * repeat;
    walk.rows = extent.outer / repeat;
    walk.rest = extent.outer % repeat * columns;
  }
  return walk;
}

}  // namespace qfx::kernels
