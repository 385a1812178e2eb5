// Kinds whose output has other channels, or needs all of them. Part of kinds.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"

namespace qfx::graph {

// Inputs one behind the other on the channels; formats of their own, and each value is cast once.
struct Concat {
  static constexpr std::string_view kName = "concat";
  static constexpr Arity kInputs = kManyInputs;
  bool operator==(const Concat&) const = default;
  Form form() const { return Join{}; }
};

// A channel becomes `levels` channels of -1 and +1, of which the first round(x / resolution) are +1,
// ties to even: the input of a binarized network. Its format follows (own_format), and so do the
// thresholds that a frozen model holds (thermometer.h).
struct Thermometer {
  static constexpr std::string_view kName = "thermometer";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t levels = 1;
  double resolution = 1.0;  // in the unit of the input
  bool operator==(const Thermometer&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "levels", .text = " {} levels"}, op.levels, kCounts, Required{});
    visit({.name = "resolution", .text = " of {}"}, op.resolution, kPositive, Required{});
  }
  Form form() const { return Spread{levels}; }
};

// From exp(0) = 1 and one step below it to what leaves a double bits to round from.
inline constexpr IntBounds kTableWidths{2, 24};

// Over the channels: of the whole vector {N}, at each pixel of {C, H, W}. The exponentials come
// from a table of ufixed<table_width, 1> (table.h), the quotient is exact and rounded once by the
// cast.
struct Softmax {
  static constexpr std::string_view kName = "softmax";
  static constexpr Arity kInputs = kOneInput;
  static constexpr bool kHasTable = true;
  std::int64_t table_width = 16;
  bool operator==(const Softmax&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "table_width", .text = " table {} bits"}, op.table_width, kTableWidths,
          Softmax{}.table_width);
  }
  Form form() const { return Normalise{}; }
};

}  // namespace qfx::graph
