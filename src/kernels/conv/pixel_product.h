// The matrix product of qfx/kernels/pixel_conv.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qfx::kernels {

// Columns of a panel of B: a line of 64 bytes.
inline constexpr std::int64_t kPanel = 16;

// A row of output pixels. Words of two or four numbers: of pixel i, `depth` words in `runs` that
// lie together, run r from image[i * pixel_step + runs[r]] on, all of one length; of output channel
// j, the words panels[(j / kPanel * depth + k) * kPanel + j % kPanel].
struct PixelProduct {
  const std::byte* image;
  std::int64_t pixel_step;   // bytes
  const std::int64_t* runs;  // bytes
  std::int64_t run_count;
  std::int64_t run_length;  // words
  const std::uint32_t* panels;
  std::int64_t pixels;
  std::int64_t first, last;  // output channels, first a multiple of kPanel
  std::int64_t y_stride;     // from pixel to pixel

  std::int64_t depth() const { return run_count * run_length; }
};

// How sums become narrow numbers: (sum + start[j]) >> shift[j], saturated. Both are padded to whole
// panels.
struct SumShifts {
  const std::int32_t* start;
  const std::int32_t* shift;
};

// Of words of two int16: y[i * y_stride + j] = sum * scales[j]; scales are powers of two, padded to
// whole panels.
void multiply_pixels(const PixelProduct& product, const float* scales, float* y);
void multiply_pixels(const PixelProduct& product, const double* scales, double* y);
// The sums themselves; no scales.
void multiply_pixels(const PixelProduct& product, const void* scales, std::int32_t* y);
void multiply_pixels(const PixelProduct& product, SumShifts shifts, std::int16_t* y);
void multiply_pixels(const PixelProduct& product, SumShifts shifts, std::int8_t* y);

}  // namespace qfx::kernels
