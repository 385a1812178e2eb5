// Kinds that make an element of one element. Part of kinds.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "qfx/base/shape.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"
#include "qfx/graph/function_name.h"
#include "qfx/graph/role.h"

namespace qfx::graph {

// Assigns to another format and does nothing else.
struct Cast {
  static constexpr std::string_view kName = "cast";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Cast&) const = default;
  Map form() const { return {}; }
};

// scale * x + offset per channel, one cast. While trainable it has the statistics in float, and of
// the folded pair scale, offset the quantization specs; frozen the pair in integers.
struct BatchNorm {
  static constexpr std::string_view kName = "batch_norm";
  static constexpr Arity kInputs = kOneInput;
  static constexpr bool kDerivesParams = true;
  double eps = 1e-5;
  double momentum = 0.1;
  bool operator==(const BatchNorm&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "eps", .onnx = "epsilon", .text = " eps {}"}, op.eps, kPositive,
          BatchNorm{}.eps);
    visit({.name = "momentum", .onnx = "momentum"}, op.momentum, kFractions, BatchNorm{}.momentum);
  }
  ByRole<Shape> params(const Shape& in) const {
    return {{Role::Scale, {in[0]}}, {Role::Offset, {in[0]}}};
  }
  Map form() const { return {}; }
};

struct Relu {
  static constexpr std::string_view kName = "relu";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Relu&) const = default;
  Map form() const { return {}; }
};

inline constexpr RealBounds kClipBounds{-0x1p31, 0x1p31, false,
                                        "it must be a multiple of 2^-32 from -2^31 to 2^31"};

// min(max(x, min), max), one cast. Both bounds are multiples of 2^-32 within 2^31 (clip.h).
struct Clip {
  static constexpr std::string_view kName = "clip";
  static constexpr Arity kInputs = kOneInput;
  double min = -1.0;
  double max = 1.0;
  bool operator==(const Clip&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "min", .text = " {}"}, op.min, kClipBounds, Required{});
    visit({.name = "max", .text = " to {}"}, op.max, kClipBounds, Required{});
  }
  Map form() const { return {}; }
};

// x where x >= 0, else slope * x; one cast. One slope for all channels or one for each.
struct Prelu {
  static constexpr std::string_view kName = "prelu";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t num_parameters = 1;
  bool operator==(const Prelu&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "num_parameters", .text = " {} slopes"}, op.num_parameters, kCounts,
          Prelu{}.num_parameters);
  }
  ByRole<Shape> params(const Shape&) const { return {{Role::Slope, {num_parameters}}}; }
  Map form() const { return {}; }
};

// A prelu whose slope is given: it has a format, and its value is negative_slope.
struct LeakyRelu {
  static constexpr std::string_view kName = "leaky_relu";
  static constexpr Arity kInputs = kOneInput;
  static constexpr bool kDerivesParams = true;
  double negative_slope = 0.01;
  bool operator==(const LeakyRelu&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "negative_slope", .onnx = "alpha", .text = " {}", .always_shown = true},
          op.negative_slope, kSingles, LeakyRelu{}.negative_slope);
  }
  ByRole<Shape> params(const Shape&) const { return {{Role::Slope, {1}}}; }
  Map form() const { return {}; }
};

// x + offset per channel, one cast.
struct Offset {
  static constexpr std::string_view kName = "offset";
  static constexpr std::string_view kFileName = "shift";  // its first name, which old builds read
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Offset&) const = default;
  ByRole<Shape> params(const Shape& in) const { return {{Role::Offset, {in[0]}}}; }
  Map form() const { return {}; }
};

// scale * x + offset, one cast, like a frozen batch_norm, whose pair is learned as it is: one for
// all channels or one for each.
struct Affine {
  static constexpr std::string_view kName = "affine";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t num_parameters = 1;
  bool has_offset = true;
  bool operator==(const Affine&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "num_parameters", .text = " {} scales"}, op.num_parameters, kCounts,
          Affine{}.num_parameters);
    visit({.name = "has_offset", .torch = "offset"}, op.has_offset, AnyValue{},
          Affine{}.has_offset);
  }
  ByRole<Shape> params(const Shape&) const {
    ByRole<Shape> shapes{{Role::Scale, {num_parameters}}};
    if (has_offset) shapes[Role::Offset] = {num_parameters};
    return shapes;
  }
  Map form() const { return {}; }
};

// From two levels to four bits.
inline constexpr IntBounds kLevelBits{1, 4};

// The nearest of 2^bits levels between -1 and 1, in units of 1 / n with n = 2^bits - 1: an odd
// integer from -n to n. With one bit it is the sign, +1 for zero. Its format follows (own_format).
struct QuantSign {
  static constexpr std::string_view kName = "quant_sign";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t bits = 2;
  double clip_range = 1.0;  // beyond this magnitude of x there is no gradient
  bool operator==(const QuantSign&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "bits", .text = " {} bits", .always_shown = true}, op.bits, kLevelBits,
          QuantSign{}.bits);
    visit({.name = "clip_range"}, op.clip_range, kPositive, QuantSign{}.clip_range);
  }
  std::int64_t largest() const { return (std::int64_t{1} << bits) - 1; }
  Map form() const { return {}; }
};

// The magnitude.
struct Abs {
  static constexpr std::string_view kName = "abs";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Abs&) const = default;
  Map form() const { return {}; }
};

// The negative.
struct Neg {
  static constexpr std::string_view kName = "neg";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Neg&) const = default;
  Map form() const { return {}; }
};

// {x, y}: a corner of a function that is straight between corners.
using Point = std::array<double, 2>;
inline constexpr std::size_t kMaxPoints = std::size_t{1} << 16;

// By a table with an entry for every raw value of the input's format (table.h).
struct Function {
  static constexpr std::string_view kName = "function";
  static constexpr Arity kInputs = kOneInput;
  static constexpr bool kHasTable = true;
  FunctionName function = FunctionName::Sigmoid;
  // What they are to the function: docs/semantics.md. 0 where it has none.
  double alpha = 0;
  double beta = 0;
  std::vector<Point> points = {};  // of FunctionName::Points, x ascending

  // With the usual alpha and beta.
  Function(FunctionName name = FunctionName::Sigmoid)  // NOLINT(google-explicit-constructor)
      : function(name),
        alpha(usual_alpha(name).value_or(0)),
        beta(usual_beta(name).value_or(0)) {}
  Function(FunctionName name, double alpha_given, double beta_given)
      : function(name), alpha(alpha_given), beta(beta_given) {}
  explicit Function(std::vector<Point> corners)
      : function(FunctionName::Points), points(std::move(corners)) {}
  bool operator==(const Function&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "function", .text = " {}"}, op.function, AnyValue{}, Required{});
    visit({.name = "alpha", .text = " alpha {}", .only_if_unusual = true}, op.alpha, kSingles,
          usual_alpha(op.function).value_or(0));
    visit({.name = "beta", .text = " beta {}", .only_if_unusual = true}, op.beta, kSingles,
          usual_beta(op.function).value_or(0));
    visit({.name = "points", .text = " through {} points", .only_if_unusual = true}, op.points,
          AnyValue{}, std::vector<Point>());
  }
  Map form() const { return {}; }
};

}  // namespace qfx::graph
