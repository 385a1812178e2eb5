// What $readmemh reads: a word a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qfx::backends::verilog {

// A word of any width, filled from its lowest bit on.
class MemoryWord {
 public:
  // The lowest `width` bits of the number in two's complement.
  void append(std::int64_t number, int width);

  std::int64_t width() const { return static_cast<std::int64_t>(bits_.size()); }
  std::string text() const;  // all hex digits, also where the uppermost is not full

 private:
  std::vector<bool> bits_;
};

// What a signed value from `lowest` to `highest` needs, at least 2.
int signed_bits(std::int64_t lowest, std::int64_t highest);
// What 0 to `highest` need, at least 1.
int unsigned_bits(std::int64_t highest);

}  // namespace qfx::backends::verilog
