#include "backends/names/identifiers.h"

#include <algorithm>

namespace qfx::backends::names {
namespace {

// The namespace of the support headers.
constexpr Words kOwnWords = " qfx ";

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Letters, digits and single underscores, beginning with a letter, not ending with an underscore.
std::string spelled(std::string_view wanted) {
  std::string result;
  for (char c : wanted) {
    if (is_lower(c) || is_upper(c) || is_digit(c)) {
      if (result.empty() && is_digit(c)) result = "n";
      result += c;
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
    if (result.size() == kMaxIdentifierLength) break;
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  return result.empty() ? "node" : result;
}

bool is_reserved(const std::string& name, Words vendor) {
  for (Words words : {cpp_keywords(), c_library_names(), kOwnWords, vendor})
    if (contains(words, name)) return true;
  return std::ranges::none_of(name, is_lower);
}

}  // namespace

std::string Identifiers::unique(std::string_view wanted) {
  const std::string base = spelled(wanted);
  std::string name = base;
  // A reserved word differs from its numbered form, and so does a name in capitals from "_n1".
  for (int count = 1; is_reserved(name, vendor_) || !taken_.insert(lower(name)).second; ++count)
    name = base + "_n" + std::to_string(count);
  return name;
}

bool Identifiers::take(std::string_view name) {
  return taken_.insert(lower(name)).second;
}

bool is_identifier(std::string_view name, Words vendor) {
  return spelled(name) == name && !is_reserved(std::string(name), vendor);
}

bool is_hdl_keyword(std::string_view name) {
  return contains(verilog_keywords(), name) || contains(vhdl_keywords(), name);
}

std::string comment_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    const bool plain = is_lower(c) || is_upper(c) || is_digit(c) ||
                       std::string_view(" _.,:;+-=()[]<>").find(c) != std::string_view::npos;
    result += plain ? c : '_';
  }
  return result;
}

}  // namespace qfx::backends::names
