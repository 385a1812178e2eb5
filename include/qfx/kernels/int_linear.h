// Exact integer `linear`, prepared once for its weights: sums {images, out} of inputs {images, in}
// and weights {out, in}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {

// Sum is int32_t or int64_t; sums are modulo 2^32 or 2^64 (the caller proves that they fit).
template <class Sum>
class IntLinear {
 public:
  // weights: {out, in}. Inputs lie in lo..hi; with Sum int32_t these and the weights must fit 16
  // bits.
  IntLinear(std::int64_t out, std::int64_t in, std::span<const std::int32_t> weights,
            std::int64_t lo, std::int64_t hi);

  // e.g. "int16 x int16 -> int32"
  std::string name() const;

  // Bytes at a 64-byte boundary that a run works in.
  std::size_t scratch_bytes(std::int64_t images) const;

  // finish(first, count, sums, stride) for all blocks of outputs: image i's sum of output first + j
  // is sums[i * stride + j].
  // x: of int8_t, uint8_t, int16_t, uint16_t or int32_t.
  template <class In, class Finish>
  void for_each_block(const In* x, std::int64_t images, std::byte* scratch,
                      const Finish& finish) const {
    pack_inputs(x, images, scratch);
    for (std::int64_t first = 0; first < out_; first += block_) {
      const std::int64_t count = first + block_ < out_ ? block_ : out_ - first;
      finish(first, count, multiply(first, count, images, scratch), block_);
    }
  }

 private:
  template <class In>
  void pack_inputs(const In* x, std::int64_t images, std::byte* scratch) const;
  const Sum* multiply(std::int64_t first, std::int64_t count, std::int64_t images,
                      std::byte* scratch) const;

  std::int64_t out_, in_;
  bool pairs_;              // two inputs a word
  std::int64_t chunk_ = 0;  // words whose sum fits 32 bits; Sum int64_t and pairs only
  std::int64_t depth_, stride_, block_;
  std::vector<std::uint32_t> packed_;  // {depth, stride}
  std::vector<std::int64_t> rows_;
};

extern template class IntLinear<std::int32_t>;
extern template class IntLinear<std::int64_t>;

}  // namespace qfx::kernels
