// The kind that has no input. Part of kinds.h.
#pragma once

#include <string_view>
#include <vector>

#include "qfx/base/shape.h"
#include "qfx/graph/attribute.h"
#include "qfx/graph/form.h"

namespace qfx::graph {

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

}  // namespace qfx::graph
