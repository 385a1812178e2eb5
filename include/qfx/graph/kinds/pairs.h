// Kinds that make an element of two elements. Part of kinds.h.
#pragma once

#include <string_view>

#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"

namespace qfx::graph {

// Two inputs of one shape, formats of their own; exact sum, one cast.
struct Add {
  static constexpr std::string_view kName = "add";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Add&) const = default;
  Map form() const { return {}; }
};

// As Add; the exact difference, first minus second.
struct Sub {
  static constexpr std::string_view kName = "sub";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Sub&) const = default;
  Map form() const { return {}; }
};

// As Add; the exact product, element by element.
struct Mul {
  static constexpr std::string_view kName = "mul";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Mul&) const = default;
  Map form() const { return {}; }
};

// As Add; the larger of the two.
struct Maximum {
  static constexpr std::string_view kName = "maximum";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Maximum&) const = default;
  Map form() const { return {}; }
};

// As Add; the smaller of the two.
struct Minimum {
  static constexpr std::string_view kName = "minimum";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Minimum&) const = default;
  Map form() const { return {}; }
};

// An image or a sequence, each channel times its own number: {C, H, W} by {C, 1, 1}, {C, L} by
// {C, 1}, or either by {C}. As Mul.
struct Gate {
  static constexpr std::string_view kName = "gate";
  static constexpr Arity kInputs = kTwoInputs;
  bool operator==(const Gate&) const = default;
  Form form() const { return ByChannel{}; }
};

}  // namespace qfx::graph
