#include "verify/stream_order.h"

#include "qfx/base/error.h"

namespace qfx::verify {
namespace {

// Samples of {rows, columns} as samples of {columns, rows}.
std::vector<std::int32_t> transposed(std::int64_t rows, std::int64_t columns,
                                     std::span<const std::int32_t> values) {
  QFX_ASSERT(std::ssize(values) % (rows * columns) == 0);
  std::vector<std::int32_t> result;
  result.reserve(values.size());
  for (std::int64_t sample = 0; sample < std::ssize(values); sample += rows * columns)
    for (std::int64_t column = 0; column < columns; ++column)
      for (std::int64_t row = 0; row < rows; ++row)
        result.push_back(values[static_cast<std::size_t>(sample + row * columns + column)]);
  return result;
}

}  // namespace

std::vector<std::int32_t> to_stream_order(const Shape& shape,
                                          std::span<const std::int32_t> values) {
  const std::int64_t channels = shape.empty() ? 1 : shape[0];
  return transposed(channels, element_count(shape) / channels, values);
}

std::vector<std::int32_t> from_stream_order(const Shape& shape,
                                            std::span<const std::int32_t> values) {
  const std::int64_t channels = shape.empty() ? 1 : shape[0];
  return transposed(element_count(shape) / channels, channels, values);
}

}  // namespace qfx::verify
