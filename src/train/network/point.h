// The binary point of one tensor under training.
#pragma once

#include <string>
#include <vector>

#include "train/machine/torch.h"

#include "qfx/graph/spec.h"
#include "qfx/steps/assignment.h"

namespace qfx::train {

struct Point {
  std::string tensor;  // "conv1", "conv1.weight"
  graph::QuantSpec spec;
  std::int64_t channels = 1;   // of the points: 1, or a parameter's output channels
  at::Tensor f;                // float32 {channels}; undefined until calibrated
  std::vector<int> frac_bits;  // spec.point_of(f): what the forward uses
  steps::OverflowCount count;  // since the epoch began
  std::int64_t changes = 0;    // of frac_bits, since the epoch began

  bool is_set() const { return f.defined(); }
  bool casts() const { return !spec.is_float; }
  bool trains() const { return casts() && spec.learned && is_set(); }

  // Sets f, and frac_bits with it.
  void set(const std::vector<float>& values);
  // Sets frac_bits, one for each channel or one for all; f lies in the middle of what gives them.
  void set_frac_bits(const std::vector<int>& points);
  void unset();
  std::vector<float> values() const;
  // After f moved: frac_bits follows, changes are counted.
  void refresh();

  // For the operators. counted: overflows add to count.
  steps::AssignmentPtr assignment(bool counted);
};

}  // namespace qfx::train
