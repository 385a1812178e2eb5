// A step's scratch memory, handed out array by array.
#pragma once

#include <cstddef>
#include <cstdint>

#include "qfx/kernels/int_gemm.h"

namespace qfx::runtime {

// Hands out consecutive arrays of a step's scratch memory, each at a 64-byte boundary. With a null
// base it only counts.
class Carver {
 public:
  explicit Carver(std::byte* base) : base_(base) {}

  template <class T>
  T* take(std::int64_t count) {
    std::byte* at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += kernels::round_up(count * static_cast<std::int64_t>(sizeof(T)), kAlignment);
    return reinterpret_cast<T*>(at);
  }
  std::size_t used() const { return static_cast<std::size_t>(used_); }

 private:
  static constexpr std::int64_t kAlignment = 64;
  std::byte* base_;
  std::int64_t used_ = 0;
};

}  // namespace qfx::runtime
