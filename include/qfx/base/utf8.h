// UTF-8, read strictly.
#pragma once

#include <optional>
#include <string_view>

namespace qfx {

// Takes the first code point off `text`, which is not empty. Empty, and nothing taken, where its
// bytes are not UTF-8: cut short, longer than needed, a surrogate, beyond U+10FFFF.
std::optional<char32_t> take_code_point(std::string_view& text);

// UTF-8 that a terminal, a table and a line of source text can show as it stands: no control
// characters, no separators of lines, no marks that turn the direction of what follows.
bool is_printable_text(std::string_view text);

}  // namespace qfx
