#include "qfx/base/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <numeric>

namespace qfx {

std::int64_t element_count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace qfx
