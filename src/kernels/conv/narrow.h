// The inputs of a convolution as the narrow integers its products take.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// to[i] = x[i] * to_grid as an integer, which it is, of 16 bits. Of integers, to_grid is 1.
void to_int16(const float* x, float to_grid, std::int64_t count, std::int16_t* to);
void to_int16(const double* x, double to_grid, std::int64_t count, std::int16_t* to);
void to_int16(const std::uint8_t* x, std::uint8_t, std::int64_t count, std::int16_t* to);
void to_int16(const std::int8_t* x, std::int8_t, std::int64_t count, std::int16_t* to);

// to[i] = x[i] * to_grid + offset as an integer, which it is, of 8 bits without a sign.
void to_bytes(const float* x, float to_grid, int offset, std::int64_t count, std::uint8_t* to);
void to_bytes(const double* x, double to_grid, int offset, std::int64_t count, std::uint8_t* to);
void to_bytes(const std::uint8_t* x, std::uint8_t, int offset, std::int64_t count,
              std::uint8_t* to);
void to_bytes(const std::int8_t* x, std::int8_t, int offset, std::int64_t count, std::uint8_t* to);

}  // namespace qfx::kernels
