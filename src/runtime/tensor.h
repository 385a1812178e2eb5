// How the engine keeps a tensor between two steps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "qfx/graph/analyzed.h"
#include "qfx/kernels/storage.h"

namespace qfx::runtime {

// Note [Tensors]. {images, pixels, channels}: the channels of a pixel lie together, so that a
// vector of them meets vectors of per-channel constants, and a convolution is a matrix product
// without a copy of its windows (qfx/kernels/pixel_conv.h). A vector [N] is one pixel of N channels,
// a sequence [C, L] has L pixels. Elements are of the narrowest type that holds every value proved
// possible.
struct TensorLayout {
  kernels::Storage storage = kernels::Storage::Int32;
  std::int64_t channels = 1, pixels = 1;

  // Of an image.
  std::int64_t elements() const { return channels * pixels; }
  std::int64_t bytes() const { return elements() * kernels::element_bytes(storage); }
  // Of elements before element `index` of a batch.
  std::int64_t offset(std::int64_t index) const { return index * kernels::element_bytes(storage); }
};

TensorLayout layout_of(const graph::Analyzed& analyzed, graph::NodeId id);

// A batch of the caller's, {images, channels, pixels}, into a tensor and back.
void bring_in(const TensorLayout& layout, const std::int32_t* raw, std::int64_t images,
              std::byte* tensor);
void bring_out(const TensorLayout& layout, const std::byte* tensor, std::int64_t images,
               std::int32_t* raw);

// to[i * to_step + j] = from[i + j * from_step] for i below `rows`, j below `columns`.
template <class From, class To>
void transpose(const From* from, std::int64_t rows, std::int64_t columns, std::int64_t from_step,
               std::int64_t to_step, To* to) {
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = 0; i < rows; ++i)
      to[i * to_step + j] = static_cast<To>(from[i + j * from_step]);
}

}  // namespace qfx::runtime
