// How fine the point of a constant has a use for: beyond that it changes nothing that a node's
// output shows, and only makes its sums wide. A channel that training has let go idle would ask for
// tens of bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/graph/spec.h"

namespace qfx::steps {

// A sum of products of constants and inputs, and what it is assigned to.
struct ProductSum {
  int input_bits = 0;      // every |x| is at most 2^input_bits
  std::int64_t terms = 1;  // products of one sum
  int output_point = 0;    // fraction bits of the output
};

// log2 of the largest magnitude that a spec holds at a point, rounded up.
int magnitude_bits(const graph::QuantSpec& spec, int frac_bits);

// The finest point worth having for a factor: all its roundings together move a sum by no more than
// a quarter of the output's step.
int finest_factor(const ProductSum& sum);
// Of what is added to products with `product_bits` fraction bits.
int finest_summand(int product_bits, int output_point);

// The points of a factor, one per channel, none finer than finest_factor. A channel that is idle
// gets the finest point of those that are not: one whose values all are 0 there, or whose whole sum
// never reaches a quarter of the output's step. No point lies more than 12 bits above the coarsest.
// values: {channels, rest}, in float.
std::vector<int> limited_factor(const std::vector<int>& points, std::span<const float> values,
                                const graph::QuantSpec& spec, const ProductSum& sum);

// The points, one per channel, with those of channels whose values are 0 under their own format
// and under the finest point of the others, which they get: that changes no value.
std::vector<int> without_idle_channels(const std::vector<int>& points,
                                       std::span<const float> values, const graph::QuantSpec& spec);

// The point of a summand of zeros alone, which says nothing about its own range: as many integer
// bits as the output has.
int point_of_zeros(const graph::QuantSpec& spec, const graph::QuantSpec& output, int output_point);

}  // namespace qfx::steps
