#include "qfx/base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace qfx {
namespace {

bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

bool breaks_a_line(char32_t point) {
  return point == 0x2028 || point == 0x2029;
}

bool turns_direction(char32_t point) {
  return point == 0x061c || point == 0x200e || point == 0x200f ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80         ? 1
                             : lead >> 5 == 0x6  ? 2
                             : lead >> 4 == 0xe  ? 3
                             : lead >> 3 == 0x1e ? 4
                                                 : 0;
  if (length == 0 || text.size() < length) return std::nullopt;
  char32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if (next >> 6 != 0x2) return std::nullopt;
    point = point << 6 | (next & 0x3fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // by length
  const bool is_surrogate = point >= 0xd800 && point < 0xe000;
  if (point < kLeast[length] || point > 0x10ffff || is_surrogate) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

bool is_printable_text(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || is_control(*point) || breaks_a_line(*point) || turns_direction(*point))
      return false;
  }
  return true;
}

}  // namespace qfx
