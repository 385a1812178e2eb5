// Parameters as the tables that the generated code holds: in stream order, on one grid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/vitis/plan.h"

#include "qfx/fixed/khot.h"

namespace qfx::backends::vitis {

// A table of integers, row-major.
struct Table {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> values;
};

// What conv2d, linear, batch_norm, prelu and shift multiply and add; tables that a kind does not
// need are empty.
struct Constants {
  Table factor;          // weight, scale or slope
  int factor_width = 0;  // signed
  int digits = 0;        // K-hot: digits a constant needs, and the factors are printed as digits
  bool signed_digits = false;
  Table shift;   // from each sum's binary point to the layer's finest
  Table offset;  // bias or offset, on the layer's finest grid
  int sum_width = 0, sum_frac_bits = 0;
};

// For a node of one of these kinds.
Constants constants_of(const Plan& plan, graph::NodeId node);

// What a pool divides by; qfx/mean.h of the generated code says how and why.
struct MeanConstants {
  int sum_width = 0, sum_frac_bits = 0;
  int twos = 0;
  std::int64_t divisor = 1;  // odd
  int extra_frac_bits = 0;
  int reciprocal_width = 1, reciprocal_shift = 0;
  Table reciprocal;  // 32-bit words, lowest first
};
MeanConstants mean_constants(int sum_width, int sum_frac_bits, std::int64_t count,
                             int out_frac_bits);

// Smallest C integer type for values of this many bits, signed.
std::string c_type(int width);
// For raw values of the format, without a sign where the format has none.
std::string c_type(const fixed::Format& format);

// `{0x1, -0x2}`, nested as the shape says, one innermost row a line.
std::string initializer(const Table& table);
// The same with each value as its K digits.
std::string digit_initializer(const Table& table, int digits, bool signed_digits);

}  // namespace qfx::backends::vitis
