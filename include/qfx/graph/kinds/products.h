// Kinds whose output element is a sum of products with a weight. Part of kinds.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "qfx/base/shape.h"
#include "qfx/fixed/format.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"
#include "qfx/graph/role.h"

namespace qfx::graph {

// Of a node with a weight: out {outputs, ...}.
inline ByRole<Shape> weight_and_bias(Shape weight, bool has_bias) {
  ByRole<Shape> shapes;
  if (has_bias) shapes[Role::Bias] = {weight[0]};
  shapes[Role::Weight] = std::move(weight);
  return shapes;
}

// Beyond this magnitude a binary weight, and an activation before its sign, has no gradient, as
// FracBNN was trained (FPGA'21, arXiv 2012.12206).
inline constexpr double kBinaryClipRange = 1.3;

void convolution_attributes(auto& op, auto&& visit) {
  visit({.name = "out_channels"}, op.out_channels, kCounts, Required{});
  visit({.name = "kernel", .torch = "kernel_size", .onnx = "kernel_shape", .text = " {}"},
        op.kernel, kExtents, Required{});
  visit({.name = "stride", .onnx = "strides", .text = " stride {}"}, op.stride, kExtents,
        Pair{1, 1});
  visit({.name = "padding", .onnx = "pads", .text = " padding {}"}, op.padding, kPaddings,
        Sides());
  visit({.name = "dilation", .onnx = "dilations", .text = " dilation {}"}, op.dilation, kExtents,
        Pair{1, 1});
  visit({.name = "groups", .onnx = "group", .text = " groups {}"}, op.groups, kCounts,
        std::int64_t{1});
}

// Where a sum is rounded on its way (sum_steps of docs/semantics.md).
void accumulator_attribute(auto& op, auto&& visit) {
  visit({.name = "accumulator", .text = " accumulator {}", .only_if_unusual = true},
        op.accumulator, AnyValue{}, std::optional<fixed::Format>());
}

// binary: the weight that counts is +1 where it is above zero, else -1.
void weight_attributes(auto& op, auto&& visit) {
  visit({.name = "has_bias", .torch = "bias"}, op.has_bias, AnyValue{}, true);
  visit({.name = "binary", .text = " binary", .only_if_unusual = true}, op.binary, AnyValue{},
        false);
  visit({.name = "clip_range", .only_if_unusual = true}, op.clip_range, kPositive,
        kBinaryClipRange);
  accumulator_attribute(op, visit);
}

Window products_window(const auto& conv) {
  return {.kernel = conv.kernel,
          .stride = conv.stride,
          .padding = conv.padding,
          .dilation = conv.dilation,
          .groups = conv.groups,
          .reduce = Reduce::Products};
}

// Zero padding.
struct Conv2d {
  static constexpr std::string_view kName = "conv2d";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t out_channels = 1;
  Pair kernel{1, 1};
  Pair stride{1, 1};
  Sides padding = {};
  Pair dilation{1, 1};
  std::int64_t groups = 1;
  bool has_bias = false;
  bool binary = false;
  double clip_range = kBinaryClipRange;  // of binary weights
  std::optional<fixed::Format> accumulator = {};
  bool operator==(const Conv2d&) const = default;

  static void attributes(auto& op, auto&& visit) {
    convolution_attributes(op, visit);
    weight_attributes(op, visit);
  }
  ByRole<Shape> params(const Shape& in) const {
    return weight_and_bias({out_channels, in[0] / groups, kernel[0], kernel[1]}, has_bias);
  }
  Form form() const { return products_window(*this); }
};

// The convolution of FracBNN, with binary weights: of two bits of input the second counts only where
// the sum over the first exceeds the output channel's threshold. The input is a quant_sign of two
// bits, x = 2 * MSB + LSB with MSB and LSB in {-1, +1}, in units of a third.
struct FractionalConv2d {
  static constexpr std::string_view kName = "fractional_conv2d";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t out_channels = 1;
  Pair kernel{1, 1};
  Pair stride{1, 1};
  Sides padding = {};
  Pair dilation{1, 1};
  std::int64_t groups = 1;
  double clip_range = kBinaryClipRange;  // of the weights, and of x / 3 before its sign
  bool operator==(const FractionalConv2d&) const = default;

  static void attributes(auto& op, auto&& visit) {
    convolution_attributes(op, visit);
    visit({.name = "clip_range", .only_if_unusual = true}, op.clip_range, kPositive,
          kBinaryClipRange);
  }
  ByRole<Shape> params(const Shape& in) const {
    return {{Role::Threshold, {out_channels}},
            {Role::Weight, {out_channels, in[0] / groups, kernel[0], kernel[1]}}};
  }
  Form form() const { return products_window(*this); }
};

// Input {N}.
struct Linear {
  static constexpr std::string_view kName = "linear";
  static constexpr Arity kInputs = kOneInput;
  std::int64_t out_features = 1;
  bool has_bias = true;
  bool binary = false;
  double clip_range = kBinaryClipRange;  // of binary weights
  std::optional<fixed::Format> accumulator = {};
  bool operator==(const Linear&) const = default;

  static void attributes(auto& op, auto&& visit) {
    visit({.name = "out_features"}, op.out_features, kCounts, Required{});
    weight_attributes(op, visit);
  }
  ByRole<Shape> params(const Shape& in) const {
    return weight_and_bias({out_features, in[0]}, has_bias);
  }
  Form form() const { return Dot{}; }
};

}  // namespace qfx::graph
