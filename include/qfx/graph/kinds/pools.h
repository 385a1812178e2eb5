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
        Sides());
  visit({.name = "dilation",
         .onnx = "dilations",
         .text = " dilation {}",
         .only_if_unusual = true},
        op.dilation, kExtents, Pair{1, 1});
}

// A pool's window: each channel by itself.
Window pool_window(const auto& pool, Reduce reduce) {
  return {.kernel = pool.kernel,
          .stride = pool.stride,
          .padding = pool.padding,
          .dilation = pool.dilation,
          .groups = 0,
          .reduce = reduce};
}

// Padding never wins the maximum.
struct MaxPool2d {
  static constexpr std::string_view kName = "max_pool2d";
  static constexpr Arity kInputs = kOneInput;
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Sides padding = {};
  Pair dilation{1, 1};
  bool operator==(const MaxPool2d&) const = default;

  static void attributes(auto& op, auto&& visit) { pool_attributes(op, visit); }
  Window window() const { return pool_window(*this, Reduce::Max); }
  Form form() const { return window(); }
};

// The exact mean over the window, rounded once by the cast. Padding is zeros that count
// (count_include_pad), or it is not there. `overhang` is what windows may reach beyond the padding
// behind the image, {below, right}, where nothing counts: torch's and ONNX's ceil_mode.
struct AvgPool2d {
  static constexpr std::string_view kName = "avg_pool2d";
  static constexpr Arity kInputs = kOneInput;
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Sides padding = {};
  Pair dilation{1, 1};
  bool count_include_pad = true;
  Pair overhang{0, 0};
  std::optional<fixed::Format> accumulator = {};
  bool operator==(const AvgPool2d&) const = default;

  static void attributes(auto& op, auto&& visit) {
    pool_attributes(op, visit);
    visit({.name = "count_include_pad",
           .onnx = "count_include_pad",
           .text = " count_include_pad {}",
           .only_if_unusual = true},
          op.count_include_pad, AnyValue{}, true);
    visit({.name = "overhang", .text = " overhang {}", .only_if_unusual = true}, op.overhang,
          kPaddings, Pair{0, 0});
    accumulator_attribute(op, visit);
  }
  Window window() const {
    Window window = pool_window(*this, Reduce::Mean);
    if (count_include_pad) window.counted = padding;
    window.padding.bottom += overhang[0];
    window.padding.right += overhang[1];
    return window;
  }
  Form form() const { return window(); }
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
