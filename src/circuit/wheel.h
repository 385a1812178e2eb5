// Who is visited in which cycle.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace qfx::circuit {

// Places 0 to n - 1, each in any number of the next cycles. A visit too early does no harm, so what
// lies further ahead than the wheel reaches is visited where it ends.
class Wheel {
 public:
  explicit Wheel(int places)
      : words_((places + 63) / 64), bits_(kCycles * words_, 0), is_used_(kCycles / 64, 0) {}

  // `cycle` is later than `now`.
  void add(std::int64_t now, std::int64_t cycle, int place) {
    if (cycle - now >= kCycles) cycle = now + kCycles - 1;
    const std::int64_t slot = cycle % kCycles;
    bits_[slot * words_ + place / 64] |= std::uint64_t{1} << place % 64;
    is_used_[slot / 64] |= std::uint64_t{1} << slot % 64;
  }

  // The next cycle from `now` on in which someone is visited; -1: never.
  std::int64_t next(std::int64_t now) const {
    const std::int64_t slot = now % kCycles;
    std::uint64_t used = is_used_[slot / 64] >> slot % 64 << slot % 64;
    for (std::int64_t i = 0, word = slot / 64; i <= kCycles / 64; ++i) {
      if (used != 0) {
        const std::int64_t found = word * 64 + std::countr_zero(used);
        return now + (found - slot + kCycles) % kCycles;
      }
      word = (word + 1) % (kCycles / 64);
      used = is_used_[word];
    }
    return -1;
  }

  // Every place of this cycle, from the last to the first, and takes it off.
  void visit(std::int64_t cycle, const auto& action) {
    const std::int64_t slot = cycle % kCycles;
    is_used_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    for (std::int64_t word = words_ - 1; word >= 0; --word) {
      std::uint64_t& bits = bits_[slot * words_ + word];
      while (bits != 0) {
        const int bit = 63 - std::countl_zero(bits);
        bits &= ~(std::uint64_t{1} << bit);
        action(static_cast<int>(word * 64 + bit));
      }
    }
  }

 private:
  static constexpr std::int64_t kCycles = 512;

  std::int64_t words_;
  std::vector<std::uint64_t> bits_;     // of each cycle, by place
  std::vector<std::uint64_t> is_used_;  // a bit for each cycle
};

}  // namespace qfx::circuit
