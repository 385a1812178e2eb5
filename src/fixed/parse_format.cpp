// Texts of formats: ours and the vendors'.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/fixed/format.h"

namespace qfx::fixed {
namespace {

using Parts = std::vector<std::string>;

constexpr std::size_t kLongest = 200;  // of a text, blanks included

constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
    {"round", "RND"},
    {"nearest", "RND"},
    {"halfup", "RND"},
    {"even", "RND_CONV"},
    {"halfeven", "RND_CONV"},
    {"bankers", "RND_CONV"},
    {"convergent", "RND_CONV"},
    {"floor", "TRN"},
    {"truncate", "TRN"},
    {"down", "TRN"},
    {"tozero", "TRN_ZERO"},
    {"towardzero", "TRN_ZERO"},
    {"odd", "RND_CONV_ODD"},
    {"saturate", "SAT"},
    {"saturation", "SAT"},
    {"clip", "SAT"},
    {"clamp", "SAT"},
    {"symmetric", "SAT_SYM"},
    {"saturatesymmetric", "SAT_SYM"},
    {"wraparound", "WRAP"},
    {"modulo", "WRAP"},
    {"overflow", "WRAP"}};

std::vector<std::string> rounding_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kRoundingCount; ++i) names.emplace_back(to_string(static_cast<Rounding>(i)));
  return names;
}

std::vector<std::string> overflow_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kOverflowCount; ++i) names.emplace_back(to_string(static_cast<Overflow>(i)));
  return names;
}

std::string_view without_prefix(std::string_view name) {
  for (const char* prefix : {"AP_", "AC_", "SC_"}) {
    if (name.starts_with(prefix)) return name.substr(3);
  }
  return name;
}

std::optional<std::size_t> index_of(std::string_view name, const std::vector<std::string>& names) {
  const auto found = std::ranges::find(names, without_prefix(name));
  if (found == names.end()) return std::nullopt;
  return found - names.begin();
}

bool is_rounding(std::string_view name) {
  return index_of(name, rounding_names()).has_value();
}

bool is_overflow(std::string_view name) {
  return index_of(name, overflow_names()).has_value();
}

// `others` are the modes of the other kind.
std::size_t mode_of(std::string_view name, const std::vector<std::string>& names,
                    std::string_view what, const std::vector<std::string>& others,
                    std::string_view other) {
  if (const auto index = index_of(name, names)) return *index;
  if (index_of(name, others)) {
    user_error("'{}' is a mode of {}, not of {}, which allows {}", name, other, what,
               join(names, ", "));
  }
  user_error("'{}' is not a mode of {}; allowed are {}; the nearest is {}", name, what,
             join(names, ", "), nearest(without_prefix(name), names, kOtherWords));
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

Parts split(std::string_view list) {
  Parts parts;
  for (;;) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

std::optional<bool> truth(std::string_view part) {
  if (part == "true" || part == "1") return true;
  if (part == "false" || part == "0") return false;
  return std::nullopt;
}

struct Family {
  std::string_view name;
  bool is_signed;
  bool is_integer;        // ap_int<W>: I is W
  bool says_sign;         // ac_fixed<W,I,S,Q,O>: whether it is signed is a parameter
  std::string_view twin;  // of the other sign; empty where the sign is a parameter
};
constexpr std::array kFamilies = {Family{"fixed", true, false, false, "ufixed"},
                                  Family{"ufixed", false, false, false, "fixed"},
                                  Family{"ap_fixed", true, false, false, "ap_ufixed"},
                                  Family{"ap_ufixed", false, false, false, "ap_fixed"},
                                  Family{"ap_int", true, true, false, "ap_uint"},
                                  Family{"ap_uint", false, true, false, "ap_int"},
                                  Family{"ac_fixed", true, false, true, ""},
                                  Family{"ac_int", true, true, true, ""},
                                  Family{"sc_fixed", true, false, false, "sc_ufixed"},
                                  Family{"sc_ufixed", false, false, false, "sc_fixed"}};

const Family& family_of(std::string_view name, std::string_view text) {
  std::vector<std::string> known;
  for (const Family& family : kFamilies) {
    if (family.name == name) return family;
    known.emplace_back(family.name);
  }
  user_error("'{}' in the format '{}' is not a type; allowed are {}; the nearest is {}", name, text,
             join(known, ", "), nearest(name, known));
}

// Whether W and I are followed by a mode of overflow, which comes behind the rounding.
bool is_out_of_order(const Parts& parts) {
  return parts.size() > 2 && is_overflow(parts[2]) && (parts.size() == 3 || is_rounding(parts[3]));
}

Parts in_order(Parts parts) {
  if (!is_out_of_order(parts)) return parts;
  if (parts.size() == 3)
    parts.insert(parts.begin() + 2, std::string(to_string(Rounding::TRN)));
  else
    std::swap(parts[2], parts[3]);
  return parts;
}

// "; write ap_fixed<10,7,AP_RND,AP_SAT>": what was meant, where that is a format.
std::string instead(std::string_view family, const Parts& parts) {
  const std::string text = fmt::format("{}<{}>", family, join(parts, ","));
  try {
    parse_format(text);
  } catch (const UserError&) {
    return "";
  }
  return "; write " + text;
}

std::string parameters_of(const Family& family) {
  if (family.is_integer)
    return family.says_sign ? "1 or 2: W and whether it is signed" : "one, the width";
  return family.says_sign ? "2 to 5: W, I, whether it is signed, Q, O" : "2 to 5: W, I, Q, O, N";
}

void check_count(const Family& family, const Parts& parts, std::string_view text) {
  const std::size_t least = family.is_integer ? 1 : 2;
  const std::size_t most = !family.is_integer ? 5 : family.says_sign ? 2 : 1;
  if (parts.size() < least || parts.size() > most)
    user_error("the format '{}' has {} parameters; {} takes {}", text, parts.size(), family.name,
               parameters_of(family));
}

// ac_fixed's sign, which stands before the modes. Other families have none there.
bool read_sign(const Family& family, Parts& parts, std::string_view text) {
  const std::size_t at = family.is_integer ? 1 : 2;
  if (parts.size() <= at) return family.is_signed;
  const std::optional<bool> sign = truth(parts[at]);
  if (family.says_sign) {
    if (sign) {
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
      return *sign;
    }
    Parts right = in_order(parts);
    right.insert(right.begin() + static_cast<std::ptrdiff_t>(at), "true");
    user_error("'{}' in the format '{}' stands where {} says whether it is signed, true or false{}",
               parts[at], text, family.name, instead(family.name, right));
  }
  if (sign && !family.is_integer) {
    Parts right = parts;
    right.erase(right.begin() + static_cast<std::ptrdiff_t>(at));
    user_error("'{}' in the format '{}' stands where {} has its rounding: its name says the sign{}",
               parts[at], text, family.name,
               instead(*sign == family.is_signed ? family.name : family.twin, in_order(right)));
  }
  return family.is_signed;
}

// What other tools put the other way round: rounding comes first.
void check_order(const Family& family, const Parts& parts, bool is_signed, std::string_view text) {
  if (!is_out_of_order(parts)) return;
  Parts right = in_order(parts);
  if (family.says_sign) right.insert(right.begin() + 2, is_signed ? "true" : "false");
  user_error("the format '{}' has the mode of overflow '{}' where its rounding stands{}", text,
             parts[2], instead(family.name, right));
}

}  // namespace

Rounding parse_rounding(std::string_view name) {
  return static_cast<Rounding>(
      mode_of(name, rounding_names(), "rounding", overflow_names(), "overflow"));
}

Overflow parse_overflow(std::string_view name) {
  return static_cast<Overflow>(
      mode_of(name, overflow_names(), "overflow", rounding_names(), "rounding"));
}

Format parse_format(std::string_view text) {
  const std::string bare = squeezed(text);
  const std::size_t open = bare.find('<');
  if (open == std::string::npos || bare.back() != '>' || text.size() > kLongest)
    user_error(
        "{} is not a format; write fixed<W,I,Q,O,N> or ufixed<W,I,Q,O,N>, e.g. fixed<8,3,RND,SAT>",
        in_quotes(text));
  const Family& family = family_of(std::string_view(bare).substr(0, open), text);
  Parts parts = split(std::string_view(bare).substr(open + 1, bare.size() - open - 2));
  check_count(family, parts, text);

  Format format;
  format.is_signed = read_sign(family, parts, text);
  check_order(family, parts, format.is_signed, text);
  format.width = parse_number(parts[0], "width W", text);
  format.int_bits =
      family.is_integer ? format.width : parse_number(parts[1], "integer bits I", text);
  if (parts.size() > 2) format.rounding = parse_rounding(parts[2]);
  if (parts.size() > 3) format.overflow = parse_overflow(parts[3]);
  if (parts.size() > 4) format.wrap_bits = parse_number(parts[4], "saturated bits N", text);
  if (family.says_sign && format.overflow == Overflow::WRAP_SM)
    user_error(
        "the format '{}': ac_fixed has no WRAP_SM; its modes of overflow are AC_WRAP, AC_SAT, "
        "AC_SAT_ZERO and AC_SAT_SYM",
        text);
  try {
    validate(format);
  } catch (const UserError& error) {
    user_error("the format '{}': {}", text, error.what());
  }
  return format;
}

}  // namespace qfx::fixed
