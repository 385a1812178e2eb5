#include "qfx/imports/tensor.h"

#include <utility>

#include "qfx/base/error.h"

namespace qfx::imports {

Tensor Tensor::of(Shape shape, std::vector<double> values) {
  QFX_ASSERT(element_count(shape) == std::ssize(values));
  return {.shape = std::move(shape), .reals = std::move(values)};
}

Tensor Tensor::of_integers(Shape shape, std::vector<std::int64_t> values) {
  QFX_ASSERT(element_count(shape) == std::ssize(values));
  return {.shape = std::move(shape), .is_integer = true, .integers = std::move(values)};
}

Tensor Tensor::unknown(Shape shape, bool is_integer) {
  return {.shape = std::move(shape), .is_integer = is_integer, .known = false};
}

bool is_reasonable(const Shape& shape) {
  std::int64_t elements = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > kMaxTensorElements) return false;
    if (extent > 0 && elements > kMaxTensorElements / extent) return false;
    elements *= extent > 0 ? extent : 1;  // a size of 0 does not excuse the others
  }
  return true;
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

}  // namespace qfx::imports
