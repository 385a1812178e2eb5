#include "qfx/fixed/format.h"

#include <array>
#include <fmt/format.h>

#include "qfx/base/error.h"

namespace qfx::fixed {
namespace {

constexpr std::array<std::string_view, kRoundingCount> kRoundingNames = {
    "RND", "RND_ZERO", "RND_MIN_INF", "RND_INF", "RND_CONV", "TRN", "TRN_ZERO", "RND_CONV_ODD"};
constexpr std::array<std::string_view, kOverflowCount> kOverflowNames = {
    "SAT", "SAT_ZERO", "SAT_SYM", "WRAP", "WRAP_SM"};

}  // namespace

std::string_view to_string(Rounding rounding) {
  return kRoundingNames.at(static_cast<std::size_t>(rounding));
}

std::string_view to_string(Overflow overflow) {
  return kOverflowNames.at(static_cast<std::size_t>(overflow));
}

void validate(const Format& format) {
  if (format.width < 1 || format.width > kMaxWidth)
    user_error("the width W = {} is not allowed; give 1 to {}", format.width, kMaxWidth);
  if (format.int_bits < -kMaxIntBits || format.int_bits > kMaxIntBits)
    user_error("I = {} integer bits are not allowed; give {} to {}", format.int_bits, -kMaxIntBits,
               kMaxIntBits);
  const bool wraps = format.overflow == Overflow::WRAP || format.overflow == Overflow::WRAP_SM;
  if (format.wrap_bits < 0 || format.wrap_bits > format.width)
    user_error("N = {} (wrap_bits) is not allowed for a width of {}; give 0 to {}",
               format.wrap_bits, format.width, format.width);
  if (format.wrap_bits != 0 && !wraps)
    user_error("N = {} (wrap_bits) means nothing under {}; use WRAP or WRAP_SM, or leave N out",
               format.wrap_bits, to_string(format.overflow));
  if (format.overflow == Overflow::WRAP_SM && !format.is_signed)
    user_error(
        "WRAP_SM does not exist for an unsigned format (ap_ufixed refuses it); use WRAP, or a "
        "signed format");
}

std::string to_string(const Format& format) {
  std::string out =
      fmt::format("{}<{},{}", format.is_signed ? "fixed" : "ufixed", format.width, format.int_bits);
  const int modes = format.wrap_bits != 0               ? 3
                    : format.overflow != Overflow::WRAP ? 2
                    : format.rounding != Rounding::TRN  ? 1
                                                        : 0;
  if (modes >= 1) out += fmt::format(",{}", to_string(format.rounding));
  if (modes >= 2) out += fmt::format(",{}", to_string(format.overflow));
  if (modes >= 3) out += fmt::format(",{}", format.wrap_bits);
  return out + ">";
}

std::int64_t min_raw(const Format& format) {
  if (!format.is_signed) return 0;
  return -max_raw(format) - 1;
}

std::int64_t max_raw(const Format& format) {
  const int bits = format.is_signed ? format.width - 1 : format.width;
  QFX_ASSERT(bits >= 0 && bits <= 63);
  return static_cast<std::int64_t>((std::uint64_t{1} << bits) - 1);
}

bool is_symmetric(const Format& format) {
  return format.overflow == Overflow::SAT_SYM && format.is_signed && format.width > 1;
}

Interval held_range(const Format& format) {
  const std::int64_t high = max_raw(format);
  return {is_symmetric(format) ? -high : min_raw(format), high};
}

}  // namespace qfx::fixed
