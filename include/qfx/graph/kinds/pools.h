// Kinds that make an element of a window or a plane, without weights. Part of kinds.h.
#pragma once

#include <optional>
#include <string_view>

#include "qfx/fixed/format.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"
#include "qfx/graph/kinds/products.h"

namespace qfx::graph {

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

}  // namespace qfx::graph
