#include "qfx/fixed/format.h"

#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::fixed {
namespace {

constexpr std::array<std::string_view, kRoundingCount> kRoundingNames = {
    "RND", "RND_ZERO", "RND_MIN_INF", "RND_INF", "RND_CONV", "TRN", "TRN_ZERO", "RND_CONV_ODD"};
constexpr std::array<std::string_view, kOverflowCount> kOverflowNames = {
    "SAT", "SAT_ZERO", "SAT_SYM", "WRAP", "WRAP_SM"};

// The index of `name` in `names`, a vendor's prefix aside.
template <std::size_t Count>
std::size_t index_of(std::string_view name, const std::array<std::string_view, Count>& names,
                     std::string_view what) {
  std::string_view bare = name;
  if (bare.starts_with("AP_") || bare.starts_with("AC_")) bare.remove_prefix(3);
  for (std::size_t i = 0; i < Count; ++i)
    if (bare == names[i]) return i;
  const std::vector<std::string> known(names.begin(), names.end());
  user_error("'{}' is not a mode of {}; allowed are {}; the nearest is {}", name, what,
             join(known, ", "), nearest(bare, known));
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The text without white space, but for one space where it parts two words or numbers: there a
// comma is missing.
std::string squeezed(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      space = true;
      continue;
    }
    if (space && !out.empty() && is_word(out.back()) && is_word(c)) out += ' ';
    out += c;
    space = false;
  }
  return out;
}

int parse_number(std::string_view part, std::string_view what, std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc() || end != part.data() + part.size())
    user_error("'{}' as {} of the format '{}' is not a whole number; write e.g. fixed<8,3>", part,
               what, text);
  return value;
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t comma = list.find(',');
    parts.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

struct Family {
  std::string_view name;
  bool is_signed;
  bool is_integer;  // ap_int<W>: I is W
};
constexpr std::array kFamilies = {
    Family{"fixed", true, false},    Family{"ufixed", false, false},
    Family{"ap_fixed", true, false}, Family{"ap_ufixed", false, false},
    Family{"ap_int", true, true},    Family{"ap_uint", false, true}};

const Family& family_of(std::string_view name, std::string_view text) {
  std::vector<std::string> known;
  for (const Family& family : kFamilies) {
    if (family.name == name) return family;
    known.emplace_back(family.name);
  }
  user_error("'{}' in the format '{}' is not a type; allowed are {}; the nearest is {}", name, text,
             join(known, ", "), nearest(name, known));
}

}  // namespace

std::string_view to_string(Rounding rounding) {
  return kRoundingNames.at(static_cast<std::size_t>(rounding));
}

std::string_view to_string(Overflow overflow) {
  return kOverflowNames.at(static_cast<std::size_t>(overflow));
}

Rounding parse_rounding(std::string_view name) {
  return static_cast<Rounding>(index_of(name, kRoundingNames, "rounding"));
}

Overflow parse_overflow(std::string_view name) {
  return static_cast<Overflow>(index_of(name, kOverflowNames, "overflow"));
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

Format parse_format(std::string_view text) {
  const std::string bare = squeezed(text);
  const std::size_t open = bare.find('<');
  if (open == std::string::npos || bare.back() != '>')
    user_error(
        "'{}' is not a format; write fixed<W,I,Q,O,N> or ufixed<W,I,Q,O,N>, e.g. "
        "fixed<8,3,RND,SAT>",
        text);
  const Family& family = family_of(std::string_view(bare).substr(0, open), text);
  const auto parts = split(std::string_view(bare).substr(open + 1, bare.size() - open - 2));
  const std::size_t least = family.is_integer ? 1 : 2;
  const std::size_t most = family.is_integer ? 1 : 5;
  if (parts.size() < least || parts.size() > most)
    user_error("the format '{}' has {} parameters; {} takes {}", text, parts.size(), family.name,
               family.is_integer ? "one, the width" : "2 to 5: W, I, Q, O, N");

  Format format;
  format.is_signed = family.is_signed;
  format.width = parse_number(parts[0], "width W", text);
  format.int_bits =
      family.is_integer ? format.width : parse_number(parts[1], "integer bits I", text);
  if (parts.size() > 2) format.rounding = parse_rounding(parts[2]);
  if (parts.size() > 3) format.overflow = parse_overflow(parts[3]);
  if (parts.size() > 4) format.wrap_bits = parse_number(parts[4], "saturated bits N", text);
  try {
    validate(format);
  } catch (const UserError& error) {
    user_error("the format '{}': {}", text, error.what());
  }
  return format;
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
