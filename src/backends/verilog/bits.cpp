#include "backends/verilog/bits.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <vector>

namespace qfx::backends::verilog {

using fixed::BigInt;

BigInt pattern_of(const BigInt& number, int width) {
  const BigInt modulus = BigInt(1) << width;
  return (number % modulus + modulus) % modulus;
}

std::string hex_digits(BigInt pattern, int width) {
  std::string digits;
  for (int bit = 0; bit < width; bit += 4, pattern >>= 4)
    digits.insert(digits.begin(), "0123456789abcdef"[static_cast<int>(pattern & 15)]);
  return digits;
}

std::string literal(const BigInt& number, int width) {
  return fmt::format("{}'h{}", width, hex_digits(pattern_of(number, width), width));
}

int index_width(std::int64_t count) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count - 1))));
}

std::string slice(const std::string& wire, int own, bool is_signed, int shift, int width,
                  int from) {
  const int first = std::max(from - shift, 0), last = std::min(from + width - shift, own);
  const int zeros = std::clamp(shift - from, 0, width);
  const int taken = std::max(last - first, 0);
  const int above = width - zeros - taken;
  std::vector<std::string> parts;
  if (above > 0)
    parts.push_back(is_signed ? fmt::format("{{{}{{{}[{}]}}}}", above, wire, own - 1)
                              : fmt::format("{}'d0", above));
  if (taken == own)
    parts.push_back(wire);
  else if (taken > 0)
    parts.push_back(fmt::format("{}[{}:{}]", wire, last - 1, first));
  if (zeros > 0) parts.push_back(fmt::format("{}'d0", zeros));
  return parts.size() == 1 ? parts[0] : fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace qfx::backends::verilog
