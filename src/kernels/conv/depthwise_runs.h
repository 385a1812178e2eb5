// A row of pixels with the same taps: the vector loops of qfx/kernels/depthwise_gradient.h.
#pragma once

#include <cstdint>
#include <span>

#include "qfx/kernels/depthwise_gradient.h"

namespace qfx::kernels {

// Pixel i reads the image at i * image_step and has its own numbers at i * pixel_step.
struct DepthwiseRun {
  std::span<const DepthwiseTap> taps;
  std::int64_t pixels, channels;
  std::int64_t image_step, pixel_step;
};

// dx = sum over the taps of dy * weights.
void gather(const DepthwiseRun& run, const float* dy, const float* weights, float* dx);
// dw of every tap += sum over the pixels of dy * x.
void weigh(const DepthwiseRun& run, const float* x, const float* dy, float* dw);

}  // namespace qfx::kernels
