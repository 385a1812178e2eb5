#include "qfx/kernels/fractional_gate.h"

#include <vector>

#include "kernels/clones.h"

namespace qfx::kernels {
namespace {

constexpr float kSlope = 5.0F / 3;  // FracBNN's 5, in units of a third
constexpr float kOfSign = 2.0F / 3;

QFX_CLONES void split(const float* __restrict x, std::int8_t* __restrict levels,
                      std::int8_t* __restrict signs, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    levels[i] = static_cast<std::int8_t>(static_cast<std::int32_t>(x[i]));
    signs[i] = x[i] >= 0 ? 2 : -2;
  }
}

QFX_CLONES void choose(const std::int32_t* coarse, const std::int32_t* full,
                       const float* thresholds, std::int32_t channels, std::int64_t pixels,
                       float* __restrict y, std::int16_t* __restrict kept_coarse,
                       std::int16_t* __restrict kept_full) {
  for (std::int64_t at = 0; at < pixels * channels; at += channels) {
    for (std::int32_t c = 0; c < channels; ++c) {
      const std::int32_t m = coarse[at + c], f = full[at + c];
      y[at + c] = static_cast<float>(static_cast<float>(m) > thresholds[c] ? f : m);
      kept_coarse[at + c] = static_cast<std::int16_t>(m);
      kept_full[at + c] = static_cast<std::int16_t>(f);
    }
  }
}

// exp(-a), a >= 0; at least 2^-100, which keeps what is made of it out of the denormal numbers.
inline __attribute__((always_inline)) float decay(float a) {
  constexpr float kLog2E = 1.442695F, kLn2 = 0.69314718F, kRootOfHalf = 0.70710678F;
  const float z = a * kLog2E;
  const float held = z < 100 ? z : 100;
  const auto whole = static_cast<std::int32_t>(held);
  // 2^-z = 2^-whole * 2^-1/2 * e^v, |v| <= ln2 / 2.
  const float v = (static_cast<float>(whole) + 0.5F - held) * kLn2;
  const float e =
      1 + v * (1 + v * (0.5F + v * (1.0F / 6 + v * (1.0F / 24 + v * (1.0F / 120 + v / 720)))));
  const float power = __builtin_bit_cast(float, (127 - whole) << 23);
  return power * kRootOfHalf * e;
}

struct Gate {
  const std::int16_t *coarse, *full;
  const float *thresholds, *dy;
};

// What moving the gate adds to coarse.
inline __attribute__((always_inline)) float moved(const Gate& gate, std::int64_t i,
                                                  std::int32_t c) {
  const float m = gate.coarse[i], f = gate.full[i];
  const float above = m - gate.thresholds[c];
  const float e = decay(kSlope * __builtin_fabsf(above));  // s * (1 - s) is even
  const float slope = kSlope * e / ((1 + e) * (1 + e));
  const float share = gate.dy[i] * slope * (f - m);
  // A choice here would be a branch to GCC, which then makes no vectors.
  return share * static_cast<float>(above >= 0);
}
inline __attribute__((always_inline)) bool is_open(const Gate& gate, std::int64_t i,
                                                   std::int32_t c) {
  return static_cast<float>(gate.coarse[i]) > gate.thresholds[c];
}

QFX_CLONES void to_levels(const Gate gate, std::int32_t channels, std::int64_t pixels,
                          float* __restrict of_levels, float* __restrict moved_sums) {
  for (std::int64_t at = 0; at < pixels * channels; at += channels) {
    for (std::int32_t c = 0; c < channels; ++c) {
      const float share = moved(gate, at + c, c);
      const float dy = gate.dy[at + c], of_sign = kOfSign * dy;
      of_levels[at + c] = (is_open(gate, at + c, c) ? dy : of_sign) + kOfSign * share;
      moved_sums[c] += share;
    }
  }
}

QFX_CLONES void to_sums(const Gate gate, std::int32_t channels, std::int64_t pixels,
                        float* __restrict coarse, float* __restrict full) {
  for (std::int64_t at = 0; at < pixels * channels; at += channels) {
    for (std::int32_t c = 0; c < channels; ++c) {
      const float d_full = is_open(gate, at + c, c) ? gate.dy[at + c] : 0;
      coarse[at + c] = gate.dy[at + c] - d_full + moved(gate, at + c, c);
      full[at + c] = d_full;
    }
  }
}

}  // namespace

void split_levels(const float* x, std::int8_t* levels, std::int8_t* doubled_signs,
                  std::int64_t count) {
  split(x, levels, doubled_signs, count);
}

void fractional_gate(const std::int32_t* coarse, const std::int32_t* full,
                     std::span<const float> thresholds, std::int64_t pixels, float* y,
                     std::int16_t* kept_coarse, std::int16_t* kept_full) {
  choose(coarse, full, thresholds.data(), static_cast<std::int32_t>(thresholds.size()), pixels, y,
         kept_coarse, kept_full);
}

void fractional_gate_backward(const std::int16_t* coarse, const std::int16_t* full,
                              std::span<const float> thresholds, const float* dy,
                              std::int64_t pixels, const GateGradients& gradients,
                              double* d_thresholds) {
  const Gate gate{coarse, full, thresholds.data(), dy};
  const auto channels = static_cast<std::int32_t>(thresholds.size());
  std::vector<float> sums(thresholds.size(), 0.0F);
  to_levels(gate, channels, pixels, gradients.of_levels, sums.data());
  if (gradients.full != nullptr) to_sums(gate, channels, pixels, gradients.coarse, gradients.full);
  for (std::size_t c = 0; c < sums.size(); ++c) d_thresholds[c] -= static_cast<double>(sums[c]);
}

}  // namespace qfx::kernels
