// Random numbers that depend on a key alone: (seed, epoch, sample). Nothing to save in a
// checkpoint.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace qfx::train {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
 public:
  explicit Random(std::initializer_list<std::uint64_t> key) {
    for (std::uint64_t part : key) state_ = next() ^ (part * 0x9e3779b97f4a7c15ULL);
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // In [0, bound), 0 < bound < 2^32. The bias is below bound / 2^32.
  std::uint64_t below(std::uint64_t bound) { return (next() >> 32) * bound >> 32; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace qfx::train
