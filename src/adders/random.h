// Fast numbers for choices; the same on every machine.
#pragma once

#include <cstdint>

namespace qfx::adders {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_((seed + 1) * 0x9E3779B97F4A7C15u) {
    if (state_ == 0) state_ = 1;
  }
  // 0 to limit - 1
  int below(int limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<int>((state_ >> 16) % static_cast<std::uint64_t>(limit));
  }

 private:
  std::uint64_t state_;
};

}  // namespace qfx::adders
