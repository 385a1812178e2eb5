// Names made legal and distinct before anything is printed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "backends/names/reserved_words.h"

namespace qfx::backends::names {

inline constexpr std::size_t kMaxIdentifierLength = 48;

// Hands out C++ identifiers. None is a keyword, a name that C, C++, QFX's or the vendor's headers
// own, or all capitals (a macro, most likely). No two differ in case alone: they name files too.
class Identifiers {
 public:
  // Words of the vendor's headers.
  explicit Identifiers(Words vendor) : vendor_(vendor) {}

  // `wanted` made legal and, if taken, numbered. The result is taken from now on. Deterministic.
  std::string unique(std::string_view wanted);
  // Takes a name that is spoken for; false if it was taken before.
  bool take(std::string_view name);

 private:
  Words vendor_;
  std::set<std::string> taken_;  // in lower case
};

// It could be handed out as it stands.
bool is_identifier(std::string_view name, Words vendor = {});
// A module in Verilog or an entity in VHDL cannot have this name.
bool is_hdl_keyword(std::string_view name);

// The text within a `//` comment or a Markdown code span: one line, no way out.
std::string comment_text(std::string_view text);

}  // namespace qfx::backends::names
