// SystemC's sc_fix and sc_ufix behind an interface of standard types: Debian's library is built for
// C++17 and refuses to link with objects of C++20.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace qfx::fixed::matrix {

// The raw value that an sc_fix (sc_ufix) of this format holds after `target = value`. Modes by the
// names of qfx::fixed.
std::function<std::int64_t(double)> sc_cast(int width, int int_bits, bool is_signed,
                                            std::string_view rounding, std::string_view overflow,
                                            int wrap_bits);

// 2^power - 1/2 of an sc_ufix, rounded by SC_RND to the integers of a wider one: the power of the
// highest bit then set, -1 where none is.
int sc_power_after_carry(int power);

}  // namespace qfx::fixed::matrix
