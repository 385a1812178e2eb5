// A tensor of somebody else's network: a constant, or what is known of a value before it is
// computed.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/base/shape.h"

namespace qfx::imports {

// Row-major. Real numbers of every width are held as double, whole numbers and truth values as 64
// bits. Where `known` is false only the shape is, and both lists are empty.
struct Tensor {
  Shape shape;
  bool is_integer = false;
  bool known = true;
  std::vector<double> reals = {};
  std::vector<std::int64_t> integers = {};
  // Of integers that a file holds or a QuantizeLinear makes, ONNX's number of their type; 0: not
  // known.
  int stored_as = 0;
  bool operator==(const Tensor&) const = default;

  static Tensor of(Shape shape, std::vector<double> values);
  static Tensor of_integers(Shape shape, std::vector<std::int64_t> values);
  static Tensor unknown(Shape shape, bool is_integer = false);

  std::int64_t size() const { return element_count(shape); }
  // An element as a real number, whatever it is stored as.
  double real(std::int64_t i) const {
    return is_integer ? static_cast<double>(integers[i]) : reals[i];
  }
};

// More than any tensor of a graph::Model may have: sizes and products of sizes stay in 64 bits.
inline constexpr std::int64_t kMaxTensorElements = std::int64_t{1} << 28;

// Whether every size is at least 0 and all together are at most kMaxTensorElements, computed
// without overflow.
bool is_reasonable(const Shape& shape);

// The distance of neighbours along each axis of a row-major tensor.
std::vector<std::int64_t> strides_of(const Shape& shape);

}  // namespace qfx::imports
