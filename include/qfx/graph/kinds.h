// The node kinds. Each says here what only it knows: its name, how many inputs it reads, its
// attributes and their bounds (attribute.h), the roles and shapes of its parameters, and where the
// operands of one output element lie (form.h). Names and defaults are torch's and ONNX's. What a
// kind computes is stated once, as an exact integer function, in docs/semantics.md.
//
// A kind leaves out what it has none of: attributes(), params(shape of its input), and the
// constants kDerivesParams, kHasTable and kFileName, which derives_params(), has_table() and
// file_name() return. Those with a weight stand in kinds/products.h.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/base/shape.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"
#include "qfx/graph/function_name.h"
#include "qfx/graph/kinds/products.h"
#include "qfx/graph/role.h"

namespace qfx::graph {

using qfx::element_count;
using qfx::Shape;
using qfx::to_string;

// ---- the input ---------------------------------------------------------------------------------

// How a stored sample becomes the real number that the input's format then quantizes:
// (sample / divisor - mean[c]) / std[c], in double. Empty mean and std are 0 and 1.
struct Preprocess {
  double divisor = 1.0;
  std::vector<double> mean = {};
  std::vector<double> std = {};
  bool signed_samples = false;  // stored samples can be negative (float data); bytes never are
  bool operator==(const Preprocess&) const = default;
};

struct Input {
  static constexpr std::string_view kName = "input";
  static constexpr Arity kInputs = kNoInput;
  Shape shape;
  Preprocess preprocess;
  bool operator==(const Input&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "shape"}, op.shape, AnyValue{}, Required{});
    visit({.name = "divisor"}, op.preprocess.divisor, AnyValue{}, Preprocess{}.divisor);
    visit({.name = "mean"}, op.preprocess.mean, AnyValue{}, Preprocess{}.mean);
    visit({.name = "std"}, op.preprocess.std, AnyValue{}, Preprocess{}.std);
    visit({.name = "signed_samples"}, op.preprocess.signed_samples, AnyValue{},
          Preprocess{}.signed_samples);
  }
  Form form() const { return Source{}; }
};

// ---- one element to one element ----------------------------------------------------------------

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

// By a table with an entry for every raw value of the input's format (table.h).
struct Function {
  static constexpr std::string_view kName = "function";
  static constexpr Arity kInputs = kOneInput;
  static constexpr bool kHasTable = true;
  FunctionName function = FunctionName::Sigmoid;
  bool operator==(const Function&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "function", .text = " {}"}, op.function, AnyValue{}, Required{});
  }
  Map form() const { return {}; }
};

// ---- two elements to one -----------------------------------------------------------------------

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

// ---- pools -------------------------------------------------------------------------------------

void pool_attributes(auto& op, auto&& visit) {
  visit({.name = "kernel", .torch = "kernel_size", .onnx = "kernel_shape", .text = " {}"},
        op.kernel, kExtents, Required{});
  visit({.name = "stride", .onnx = "strides", .text = " stride {}"}, op.stride, kExtents,
        Pair(op.kernel));
  visit({.name = "padding", .onnx = "pads", .text = " padding {}"}, op.padding, kPaddings,
        Pair{0, 0});
}

// A pool's window: each channel by itself.
Window pool_window(const auto& pool, Reduce reduce) {
  return {.kernel = pool.kernel,
          .stride = pool.stride,
          .padding = pool.padding,
          .dilation = {1, 1},
          .groups = 0,
          .reduce = reduce};
}

// Padding never wins the maximum.
struct MaxPool2d {
  static constexpr std::string_view kName = "max_pool2d";
  static constexpr Arity kInputs = kOneInput;
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Pair padding{0, 0};
  bool operator==(const MaxPool2d&) const = default;

  static void attributes(auto& op, auto&& visit) { pool_attributes(op, visit); }
  Form form() const { return pool_window(*this, Reduce::Max); }
};

// The exact mean over the whole window, zero padding counted (count_include_pad), rounded once by
// the cast.
struct AvgPool2d {
  static constexpr std::string_view kName = "avg_pool2d";
  static constexpr Arity kInputs = kOneInput;
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Pair padding{0, 0};
  std::optional<fixed::Format> accumulator = {};
  bool operator==(const AvgPool2d&) const = default;

  static void attributes(auto& op, auto&& visit) {
    pool_attributes(op, visit);
    accumulator_attribute(op, visit);
  }
  Form form() const { return pool_window(*this, Reduce::Mean); }
};

// {C, H, W} to {C, 1, 1}: the exact mean, rounded once by the cast.
struct GlobalAvgPool2d {
  static constexpr std::string_view kName = "global_avg_pool2d";
  static constexpr Arity kInputs = kOneInput;
  std::optional<fixed::Format> accumulator = {};
  bool operator==(const GlobalAvgPool2d&) const = default;

  static void attributes(auto& op, auto&& visit) { accumulator_attribute(op, visit); }
  Form form() const { return Plane{}; }
};

// ---- other arrangements ------------------------------------------------------------------------

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

// {C, H, W} to {C * H * W}, channel outermost as in torch.
struct Flatten {
  static constexpr std::string_view kName = "flatten";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Flatten&) const = default;
  Form form() const { return Rename{}; }
};

// {C, L} to {C, 1, L}: a sequence as an image of one row, for conv2d and the pools.
struct Unsqueeze {
  static constexpr std::string_view kName = "unsqueeze";
  static constexpr Arity kInputs = kOneInput;
  bool operator==(const Unsqueeze&) const = default;
  Form form() const { return Rename{}; }
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
