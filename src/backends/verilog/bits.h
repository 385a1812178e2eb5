// Numbers and parts of wires as Verilog writes them.
#pragma once

#include <cstdint>
#include <string>

#include "qfx/fixed/value.h"

namespace qfx::backends::verilog {

// The lowest bits of the number in two's complement.
fixed::BigInt pattern_of(const fixed::BigInt& number, int width);

// All of them, also where the uppermost is not full.
std::string hex_digits(fixed::BigInt pattern, int width);

std::string literal(const fixed::BigInt& number, int width);

// Bits that tell so many apart, at least 1.
int index_width(std::int64_t count);

// Bits [from, from + width) of the number on a wire of `own` bits, times 2^shift.
std::string slice(const std::string& wire, int own, bool is_signed, int shift, int width, int from);

}  // namespace qfx::backends::verilog
