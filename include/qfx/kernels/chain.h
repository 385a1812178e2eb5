// Chains of element-wise stages, run tile by tile in cache: one pass over memory forward and one
// backward, however many casts lie on the way. Each stage has the meaning of its function in
// fake_cast.h, and the chain has the bits of those functions called one after another with the
// same extent, the gradients of one binary point added over the channels in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

enum class StageKind : std::uint8_t {
  CAST,    // cast(x)
  RELU,    // cast(max(x, 0))
  CLIP,    // cast(min(max(x, bounds.min), bounds.max))
  ADD,     // cast(x + side)
  MUL,     // cast(x * side)
  AFFINE,  // cast(scale[c] * x + offset[c])
  PRELU    // cast(x > 0 ? x : scale[c] * x)
};

// One format and one binary point for all channels. The arrays are the caller's and stay alive as
// long as the chain.
template <class T>
struct Stage {
  StageKind kind = StageKind::CAST;
  fixed::Format format;  // of the result, but for the binary point
  int frac_bits = 0;
  Bounds<T> bounds;           // CLIP
  const T* side = nullptr;    // ADD, MUL: like x
  T* d_side = nullptr;        // ADD, MUL: receives the gradient of side; may be null
  const T* scale = nullptr;   // AFFINE, PRELU: one per channel
  const T* offset = nullptr;  // AFFINE: one per channel
  bool in_double = false;     // AFFINE, PRELU: product and sum want double (Wide in fake_cast.h)
};

struct StageGradient {
  PointGradient point;
  std::vector<double> scale, offset;  // AFFINE, PRELU (scale alone): one per channel
};

// a[c] + b[c] * value
template <class T>
struct ChannelLine {
  const T* a;
  const T* b;
};

// On the calling thread, over one dense array; T is float or double. Planning costs about as much
// as a few hundred elements: cut big arrays by slices() and make a chain for each.
template <class T>
class Chain {
 public:
  // At least one stage.
  Chain(std::vector<Stage<T>> stages, const Extent& extent);
  ~Chain();
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  // y, the last stage's values; may be x.
  void forward(const T* x, T* y);

  // Adds the sums of the last stage's values and of their squares to every channel's, without
  // writing the values anywhere.
  void add_moments(const T* x, double* sums, double* squares);

  // Goes back from the last stage to stage `first`. dx receives the gradient of what stage `first`
  // reads; it may be dy, or null where nobody asks. gradients[k] is set for k >= first. With
  // `line`, dy stands for dy + (a[c] + b[c] * value), of the last stage's value. An empty range
  // (first = number of stages) is allowed: then dx is that sum.
  void backward(const T* x, const T* dy, T* dx, std::size_t first,
                std::vector<StageGradient>& gradients, const ChannelLine<T>* line = nullptr);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Adds to every channel the sum of its values and of their squares; the order depends on the extent
// alone.
template <class T>
void add_moments(const T* x, Extent extent, double* sums, double* squares);

// to[i] = dy[i] + (a[c] + b[c] * x[i]); `to` may be dy.
template <class T>
void add_channel_line(const T* x, const T* dy, T* to, Extent extent, const T* a, const T* b);

}  // namespace qfx::kernels
