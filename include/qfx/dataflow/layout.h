// How a tensor lies on its stream. The generated C++ code's qfx/order.h states the same.
#pragma once

#include <cstdint>

#include "qfx/base/shape.h"

namespace qfx::dataflow {

enum class Order {
  Pixels,   // beat = pixel, lane = channel
  Elements  // neighbouring elements in a beat
};

struct Layout {
  std::int64_t beats = 1;
  std::int64_t lanes = 1;
  Order order = Order::Elements;
  bool operator==(const Layout&) const = default;

  std::int64_t elements() const { return beats * lanes; }
  // Index of an element in torch's order.
  std::int64_t element(std::int64_t beat, std::int64_t lane) const {
    return order == Order::Pixels ? lane * beats + beat : beat * lanes + lane;
  }
};

// {C, H, W} and {C, L}: a pixel a beat. One pixel alone is the same in both orders and counts as
// Elements.
inline Layout image_layout(const Shape& shape) {
  const std::int64_t pixels = element_count(shape) / shape[0];
  return {pixels, shape[0], pixels == 1 ? Order::Elements : Order::Pixels};
}

// {N}: as many elements a beat as divide it, at most kMaxVectorLanes.
inline constexpr std::int64_t kMaxVectorLanes = 64;
inline Layout vector_layout(std::int64_t size) {
  std::int64_t lanes = size < kMaxVectorLanes ? size : kMaxVectorLanes;
  while (size % lanes != 0) --lanes;
  return {size / lanes, lanes, Order::Elements};
}

inline Layout layout_of(const Shape& shape) {
  return shape.size() == 1 ? vector_layout(shape[0]) : image_layout(shape);
}

}  // namespace qfx::dataflow
