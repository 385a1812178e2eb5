// The product of PixelConv's bytes on AVX-512's VNNI. x86 only; where avx512::has_dots().
#pragma once

#include "kernels/conv/pixel_product.h"

namespace qfx::kernels::avx512 {

// As multiply_pixels(), of words of four bytes: the image's without a sign, the panels' with one.
// Every sum begins with start[its channel], padded to whole panels.
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const float* scales, float* y);
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const double* scales, double* y);
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const void* scales, std::int32_t* y);
// The sums' start is in `start` here.
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start, SumShifts shifts,
                          std::int16_t* y);
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start, SumShifts shifts,
                          std::int8_t* y);

}  // namespace qfx::kernels::avx512
