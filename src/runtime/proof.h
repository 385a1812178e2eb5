// The questions a step asks before it picks a kernel.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "runtime/step.h"

#include "qfx/kernels/fits.h"
#include "qfx/kernels/int_cast.h"
#include "qfx/kernels/int_elementwise.h"

namespace qfx::runtime {

template <class T>
bool fits(const graph::Interval& interval) {
  return kernels::fits<T>(interval.lo, interval.hi);
}
using kernels::fits;

// The cast of a node's exact value to its format.
kernels::IntCast accumulator_cast(const Analyzed& analyzed, graph::NodeId id);

// How product sums of one output channel reach the node's grid 2^-accumulator_frac_bits: sum *
// factor + term, factor a power of two, term the bias on that grid. Modulo 2^64: exact wherever the
// result is.
struct Affine {
  std::vector<std::int64_t> factor;
  std::vector<std::int64_t> term;
};

// weight and (where the node has one) bias of a conv2d or linear.
Affine align_channels(const Analyzed& analyzed, graph::NodeId id);

// raw * 2^-frac on the grid 2^-to_frac, modulo 2^64; to_frac >= frac.
std::int64_t aligned(std::int64_t raw, int frac, int to_frac);

// Upper bound of the magnitude of any sum of products of an output channel's weights with inputs in
// `x`, each row of `weight` one channel.
bool products_fit_int32(const graph::FrozenParam& weight, const graph::Interval& x);

// "int16 x int16 -> int32, 21 bits"
std::string describe(const std::string& operation, int width);
std::string describe(const char* operation, const char* sums, int width);

}  // namespace qfx::runtime
