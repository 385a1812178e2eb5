// The constants of a process as the tables that hardware holds: integers in stream order, on one
// grid.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::dataflow {

// A table of integers, row-major.
struct Table {
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> values = {};
};

// The exact value before a process' one cast: raw * 2^-frac_bits, raw a signed integer of `width`
// bits. Range analysis proves that every partial sum fits too.
struct Sum {
  int width = 2;
  int frac_bits = 0;
};

// Constants that values are multiplied by.
struct Factor {
  Table values = {};
  int width = 0;        // signed
  bool binary = false;  // each is +1 or -1
  int digits = 0;       // K-hot: digits that the longest constant has, at least 1; 0: not K-hot
  bool signed_digits = false;
  Table shift = {};  // left, of each finished sum of products: to the grid of the process' Sum
};

// Bounds of a clip: `low` where the input's raw value is below `below`, `high` where it is above
// `above`. The results lie on the grid of the Sum.
struct Limits {
  std::int64_t below = 0, above = 0;
  std::int64_t low = 0, high = 0;
};

// A function of one variable, an entry for each argument.
struct Lookup {
  Table entries = {};
  fixed::Format format = {};  // of the entries
};

// What a mean divides by: 2^twos * divisor. How the reciprocal gives the exact quotient's rounding
// is proved in the generated code's qfx/mean.h.
//
// Windows that count differently (graph/window_counts.h) are divided by one number all the same: the
// window's `total` is multiplied before by a factor of its row and one of its column, which makes
// `sum`. Without factors the two are one.
struct Mean {
  Sum sum = {}, total = {};
  Table row_factors = {}, column_factors = {};  // by the window's place; empty: all 1
  int twos = 0;
  std::int64_t divisor = 1;  // odd; with 1 there is no reciprocal
  int extra_frac_bits = 0;
  int reciprocal_width = 1, reciprocal_shift = 0;
  Table reciprocal = {};  // 32-bit words, lowest first

  bool has_factors() const { return !row_factors.values.empty(); }
  // Of the product of two factors, signed.
  int factor_width() const;
};

}  // namespace qfx::dataflow
