// Kinds that only move elements: no cast, in the format of their input. Part of kinds.h.
#pragma once

#include <string_view>

#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"

namespace qfx::graph {

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


}  // namespace qfx::graph
