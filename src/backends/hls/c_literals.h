// Tables of integers as C writes them.
#pragma once

#include <string>
#include <string_view>

#include "qfx/dataflow/constants.h"

namespace qfx::backends::hls {

// Smallest C integer type for values of this many bits, signed.
std::string c_type(int width);
// For raw values of the format, without a sign where the format has none.
std::string c_type(const fixed::Format& format);

// `"shirt"`: the text as bytes, whatever it holds; quotes, backslashes, question marks (trigraphs)
// and what is not printable ASCII as three octal digits, which no digit behind them can lengthen.
std::string string_literal(std::string_view text);

// `{0x1, -0x2}`, nested as the shape says, one innermost row a line.
std::string initializer(const dataflow::Table& table);
// The same with the innermost rows as one number each, a qfx::Bits of a bit for each value, which
// is set where the value is positive.
std::string bits_initializer(const dataflow::Table& table);
// The same with each value as its K digits.
std::string digit_initializer(const dataflow::Table& table, int digits, bool signed_digits);

}  // namespace qfx::backends::hls
