#include "backends/verilog/memory_text.h"

#include <algorithm>
#include <bit>

namespace qfx::backends::verilog {

void MemoryWord::append(std::int64_t number, int width) {
  for (int bit = 0; bit < width; ++bit) bits_.push_back(((number >> std::min(bit, 63)) & 1) != 0);
}

std::string MemoryWord::text() const {
  std::string digits;
  for (std::size_t at = 0; at < bits_.size(); at += 4) {
    int digit = 0;
    for (std::size_t bit = at; bit < std::min(at + 4, bits_.size()); ++bit)
      digit |= static_cast<int>(bits_[bit]) << (bit - at);
    digits += "0123456789abcdef"[digit];
  }
  std::ranges::reverse(digits);
  return digits;
}

int signed_bits(std::int64_t lowest, std::int64_t highest) {
  const auto magnitude_bits = [](std::int64_t value) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value < 0 ? ~value : value)));
  };
  return std::max(2, std::max(magnitude_bits(lowest), magnitude_bits(highest)) + 1);
}

int unsigned_bits(std::int64_t highest) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(highest))));
}

}  // namespace qfx::backends::verilog
