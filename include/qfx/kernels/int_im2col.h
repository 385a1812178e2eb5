// Image windows as matrix columns, for gemm_int16 and gemm_int32.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// A window sliding over a padded image {channels, height, width}. Row k of the matrix is the tap
// (channel, ky, kx) in row-major order, column n the output position (oy, ox).
struct Windows {
  std::int64_t channels = 1, height = 1, width = 1;  // of the padded image
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t dilation_height = 1, dilation_width = 1;
  std::int64_t out_width = 1;

  std::int64_t taps() const { return channels * kernel_height * kernel_width; }
};

// Packing reads and writes whole vectors: both ends need this many elements of slack behind them.
inline constexpr std::int64_t kPackSlack = 16;

// Copies {channels, height, width} into the middle of {channels, height + 2 * pad_height, width + 2
// * pad_width}, zeros around. int16_t: the values must fit.
template <class T>
void pad_image(const std::int32_t* image, std::int64_t channels, std::int64_t height,
               std::int64_t width, std::int64_t pad_height, std::int64_t pad_width, T* out);

// Columns first .. first + count of the matrix, in the pair layout of gemm_int16: out[p * stride +
// n].
void pack_pairs(const std::int16_t* image, const Windows& windows, std::int64_t first,
                std::int64_t count, std::uint32_t* out, std::int64_t stride);

// The same columns as plain words: out[k * stride + n].
void pack_words(const std::int32_t* image, const Windows& windows, std::int64_t first,
                std::int64_t count, std::int32_t* out, std::int64_t stride);

// One matrix row {k} * {n} in row-major weights w[n][k] becomes the packed B of gemm_int16 (for
// linear, where B is the weight); out has ceil(k / 2) rows.
void pack_transposed_pairs(const std::int16_t* weights, std::int64_t n, std::int64_t k,
                           std::uint32_t* out, std::int64_t stride);

}  // namespace qfx::kernels
