// What a fractional convolution in training does with its two sums (docs/semantics.md,
// fractional_conv2d; docs/gradients.md). Channels lie together: rows are {pixels, channels}.
#pragma once

#include <cstdint>
#include <span>

namespace qfx::kernels {

// The levels -3, -1, 1, 3 as bytes, and twice their signs.
void split_levels(const float* x, std::int8_t* levels, std::int8_t* doubled_signs,
                  std::int64_t count);

// y is `full` where coarse > threshold[c], else `coarse`: the sums of the levels, and of the
// doubled signs. Both are kept for the way back; 16 bits hold them.
void fractional_gate(const std::int32_t* coarse, const std::int32_t* full,
                     std::span<const float> thresholds, std::int64_t pixels, float* y,
                     std::int16_t* kept_coarse, std::int16_t* kept_full);

// Where the gradients go. Those of the sums are for the weights, and null where these learn
// nothing.
struct GateGradients {
  float* of_levels;  // full + 2/3 coarse: what goes on to the levels behind both sums
  float* coarse = nullptr;
  float* full = nullptr;
};

// With a = 5/3 * (coarse - threshold), s = sigmoid(a) and g = 5/3 * s * (1 - s) * (full - coarse)
// where a >= 0, else 0: dy goes to the sum that y is, g * dy to coarse as well, and -g * dy is
// added to d_thresholds[c]. s is within 2^-22 of itself, and the same bits on every machine.
void fractional_gate_backward(const std::int16_t* coarse, const std::int16_t* full,
                              std::span<const float> thresholds, const float* dy,
                              std::int64_t pixels, const GateGradients& gradients,
                              double* d_thresholds);

}  // namespace qfx::kernels
