// A fixed-point format, in ap_fixed's terms: fixed<W,I,Q,O,N> and ufixed<W,I,Q,O,N>.
//
// The value of a raw W-bit integer is raw * 2^-F with F = W - I. I counts the sign bit of a signed
// format; it may be negative or exceed W.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qfx::fixed {

// What happens to dropped low bits. The names are ap_fixed's without AP_; RND_CONV_ODD is
// ac_fixed's.
enum class Rounding : std::uint8_t {
  RND,          // nearest, ties toward +infinity
  RND_ZERO,     // nearest, ties toward zero
  RND_MIN_INF,  // nearest, ties toward -infinity
  RND_INF,      // nearest, ties away from zero
  RND_CONV,     // nearest, ties to the even raw value
  TRN,          // floor
  TRN_ZERO,     // toward zero
  RND_CONV_ODD  // nearest, ties to the odd raw value; ac_fixed only
};
inline constexpr int kRoundingCount = 8;

// What happens to a rounded value that does not fit.
enum class Overflow : std::uint8_t {
  SAT,       // clamp
  SAT_ZERO,  // zero
  SAT_SYM,   // clamp, and never -2^(W-1)
  WRAP,      // keep the low bits; wrap_bits > 0 saturates the top ones
  WRAP_SM    // sign-magnitude wrap; ap_fixed only, signed only
};
inline constexpr int kOverflowCount = 5;

std::string_view to_string(Rounding rounding);
std::string_view to_string(Overflow overflow);

// Parse a mode by its name, with or without a leading AP_, AC_ or SC_. Raises UserError naming what
// is allowed.
Rounding parse_rounding(std::string_view name);
Overflow parse_overflow(std::string_view name);

struct Format {
  int width = 8;     // W, 1 or more
  int int_bits = 8;  // I, sign included when signed
  bool is_signed = true;
  Rounding rounding = Rounding::TRN;
  Overflow overflow = Overflow::WRAP;
  int wrap_bits = 0;  // N, the saturated top bits of WRAP and WRAP_SM; 0 to W

  int frac_bits() const { return width - int_bits; }  // F

  bool operator==(const Format&) const = default;
};

// The widest format the exact scalar accepts.
inline constexpr int kMaxWidth = 1024;
// The largest |I|: enough for every finite double.
inline constexpr int kMaxIntBits = 4096;

// Raises UserError unless 1 <= W <= kMaxWidth, |I| <= kMaxIntBits, 0 <= N <= W, N is used only with
// WRAP and WRAP_SM, and the mode exists for this sign (ap_fixed has no unsigned WRAP_SM).
void validate(const Format& format);

// `fixed<8,3,RND,SAT>`. Modes equal to ap_fixed's defaults (TRN, WRAP, 0) are left out from the
// right.
std::string to_string(const Format& format);

// Inverse of to_string. Spaces around its parts are free, Q, O and N may be left out as in
// ap_fixed. The vendors' own texts are read as they mean them, with or without the prefixes of
// their modes: ap_fixed<W,I,Q,O,N>, ap_ufixed, ap_int<W>, ap_uint<W>; ac_fixed<W,I,S,Q,O>,
// ac_int<W,S>, where S, whether it is signed, is true or false; sc_fixed and sc_ufixed. Raises
// UserError, with the text to write instead where what is meant is plain.
Format parse_format(std::string_view text);

// Smallest and largest raw value for width <= 63 (unsigned) or 64 (signed). SAT_SYM does not narrow
// it: the bit pattern -2^(W-1) exists in the format even though a conversion never produces it.
std::int64_t min_raw(const Format& format);
std::int64_t max_raw(const Format& format);

// Signed SAT_SYM. One bit has no symmetric range: -1 stays -1 (ap_fixed and ac_fixed alike).
bool is_symmetric(const Format& format);

// lo <= hi, both included.
struct Interval {
  std::int64_t lo = 0;
  std::int64_t hi = 0;
  bool operator==(const Interval&) const = default;
};

// The raw values that a conversion to the format can give, of widths as above: its whole range, or
// from -max_raw on where it is symmetric.
Interval held_range(const Format& format);

}  // namespace qfx::fixed
