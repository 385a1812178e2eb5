// Depthwise products of PixelConv's bytes on AVX-512's VNNI. x86 only; where has_byte_columns().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/conv/pixel_product.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels::avx512 {

// Whether this machine can: VNNI and VBMI.
bool has_byte_columns();

// Note [Byte columns]. Four rows of the image at one column are words of four bytes, a channel a
// word. A product of such words with the weights of one column of the kernel, the fourth 0, adds up
// three taps; with the weights a row further down it does the same for the next row of the output.
// So each column is put together once for six products.
struct ByteColumns {
  static bool takes(const ConvShape& shape);

  const std::uint8_t* image;   // the window of the first output pixel; bytes without a sign
  std::int64_t row_step;       // of the kernel, in bytes
  std::int64_t stride;         // of the output, along a row
  const std::uint32_t* words;  // by pack_byte_columns
  const std::int32_t* start;   // of a channel's sums; padded to whole panels, as are scales
  std::int64_t pixels, channels;
  bool two_rows;  // of the output, whose images are row_step apart
};

// Weights {channels, 3, 3} as words {blocks of kPanel, 2, 3, kPanel}: of the first and of the
// second output row.
std::vector<std::uint32_t> pack_byte_columns(std::span<const std::int32_t> weights,
                                             std::int64_t channels);

// y: {rows, pixels, channels}, as multiply_byte_pixels() says.
void multiply_byte_columns(const ByteColumns& columns, const float* scales, float* y);
void multiply_byte_columns(const ByteColumns& columns, const double* scales, double* y);
void multiply_byte_columns(const ByteColumns& columns, const void* scales, std::int32_t* y);
void multiply_byte_columns(const ByteColumns& columns, SumShifts shifts, std::int16_t* y);
void multiply_byte_columns(const ByteColumns& columns, SumShifts shifts, std::int8_t* y);

}  // namespace qfx::kernels::avx512
