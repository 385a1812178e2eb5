// How a trainable tensor becomes fixed point.
#pragma once

#include <optional>

#include "qfx/fixed/format.h"

namespace qfx::graph {

enum class Granularity {
  PerTensor,
  PerChannel  // one binary point per output channel; parameters only: an activation stream has one
              // type
};

// How a learned binary point, the real number f, says the integer F that the cast uses. With
// t = 2^(W - s - f) the threshold that f stands for (s = 1 for a signed format), ceil(log2 t)
// integer bits hold what lies below it.
enum class PointForm {
  FracBits,      // F = round(f), halves away from zero: f is the number of fraction bits itself
  Log2Threshold  // F = W - s - ceil(log2 t) = floor(f): the threshold of TQT (arXiv 1903.08066)
};

// The format of a tensor under training: everything but the binary point is given, the point is
// learned or given.
struct QuantSpec {
  bool is_float = false;  // left in floating point: trains, cannot be frozen
  int width = 8;
  bool is_signed = true;
  fixed::Rounding rounding = fixed::Rounding::RND;
  fixed::Overflow overflow = fixed::Overflow::SAT;
  int wrap_bits = 0;
  bool learned = true;                         // the binary point moves by back-propagation
  PointForm point_form = PointForm::FracBits;  // of a learned point
  // I; required where the point is neither learned nor calibrated, else the start.
  std::optional<int> int_bits = {};
  Granularity granularity = Granularity::PerTensor;
  int k_hot = 0;               // at most K ones in the magnitude of each constant; 0 for no limit
  bool signed_digits = false;  // at most K digits of +1 and -1 instead
  // A run whose frozen model overflows in this tensor fails its check. Changes no value.
  bool forbids_overflow = false;

  bool operator==(const QuantSpec&) const = default;

  // This spec with its binary point at frac_bits.
  fixed::Format format(int frac_bits) const;

  // F of a real binary point, and the real binary point in the middle of those that give F.
  int point_of(float f) const;
  float middle_of(int frac_bits) const;
  // log2 t of a real binary point.
  float log2_threshold(float f) const;
};

}  // namespace qfx::graph
