// How the engine keeps a tensor between two steps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "qfx/graph/analyzed.h"
#include "qfx/kernels/bit_planes.h"
#include "qfx/kernels/storage.h"

namespace qfx::runtime {

// Note [Tensors]. {images, pixels, channels}: the channels of a pixel lie together, so that a
// vector of them meets vectors of per-channel constants, and a convolution is a matrix product
// without a copy of its windows (qfx/kernels/pixel_conv.h). A vector [N] is one pixel of N
// channels, a sequence [C, L] has L pixels. Elements are of the narrowest type that holds every
// value proved possible. Where all readers count bits, the values are bit planes instead
// (qfx/kernels/bit_planes.h, runtime/levels.h), image by image.
struct TensorLayout {
  kernels::Storage storage = kernels::Storage::Int32;
  std::int64_t channels = 1, pixels = 1;
  int planes = 0;  // of bits, in words; 0 where elements are of the type

  // Of an image.
  std::int64_t elements() const { return channels * pixels; }
  std::int64_t bytes() const {
    return planes > 0 ? bit_planes().size() * 2 : elements() * kernels::element_bytes(storage);
  }
  kernels::BitPlanes bit_planes() const { return {planes, channels, pixels}; }
  // Of elements before element `index` of a batch, where they are of the type.
  std::int64_t offset(std::int64_t index) const { return index * kernels::element_bytes(storage); }
};

TensorLayout layout_of(const graph::Analyzed& analyzed, graph::NodeId id);

// A batch of the caller's, {images, channels, pixels}, into a tensor and back.
void bring_in(const TensorLayout& layout, const std::int32_t* raw, std::int64_t images,
              std::byte* tensor);
void bring_out(const TensorLayout& layout, const std::byte* tensor, std::int64_t images,
               std::int32_t* raw);

// to[i * to_step + j] = from[i + j * from_step] for i below `rows`, j below `columns`. The longer
// stride is left to the outer loop: steps of whole pages would meet in one set of the cache.
template <class From, class To>
void transpose(const From* from, std::int64_t rows, std::int64_t columns, std::int64_t from_step,
               std::int64_t to_step, To* to) {
  if (to_step > from_step) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        to[i * to_step + j] = static_cast<To>(from[i + j * from_step]);
  } else {
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t i = 0; i < rows; ++i)
        to[i * to_step + j] = static_cast<To>(from[i + j * from_step]);
  }
}

}  // namespace qfx::runtime
