// Softmax on raw integers by a table of exponentials; docs/semantics.md is the law.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::kernels {

class IntSoftmax {
 public:
  // table[d] is the exponential of a distance d to the largest x. The caller proves that every
  // distance is an index of it, that table[0] is above 0, and that the exponentials of all channels
  // add up within 63 bits.
  IntSoftmax(std::vector<std::int32_t> table, const fixed::Format& to);

  // x and y: {channels, inner}, row-major; not overlapping.
  void operator()(const std::int32_t* x, std::int32_t* y, std::int64_t channels,
                  std::int64_t inner) const;

  // The nearest double of each quotient before its cast.
  void quotients(const std::int32_t* x, double* p, std::int64_t channels, std::int64_t inner) const;

 private:
  template <class Use>
  void each(const std::int32_t* x, std::int64_t channels, std::int64_t inner, const Use& use) const;

  std::vector<std::int32_t> table_;
  fixed::Format to_;
};

}  // namespace qfx::kernels
