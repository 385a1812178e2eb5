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

// The format of a tensor under training: everything but the binary point is given, the point is
// learned or given.
struct QuantSpec {
  bool is_float = false;  // left in floating point: trains, cannot be frozen
  int width = 8;
  bool is_signed = true;
  fixed::Rounding rounding = fixed::Rounding::RND;
  fixed::Overflow overflow = fixed::Overflow::SAT;
  int wrap_bits = 0;
  bool learned = true;          // the binary point moves by back-propagation
  std::optional<int> int_bits = {};  // I; required where not learned and not calibrated, else the start
  Granularity granularity = Granularity::PerTensor;
  int k_hot = 0;               // at most K ones in the magnitude of each constant; 0 for no limit
  bool signed_digits = false;  // at most K digits of +1 and -1 instead

  bool operator==(const QuantSpec&) const = default;

  // This spec with its binary point at frac_bits.
  fixed::Format format(int frac_bits) const;
};

}  // namespace qfx::graph
