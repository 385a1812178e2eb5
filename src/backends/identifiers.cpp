#include "backends/identifiers.h"

#include <algorithm>
#include <array>

#include "qfx/backends/vitis.h"

namespace qfx::backends {
namespace {

// Sorted. C++ through C++20, what the C library or gcc define as macros or use often, and the
// vendor's and our own names.
constexpr auto kReserved = std::to_array<std::string_view>({"abs",         "alignas",
                                                            "alignof",     "and",
                                                            "and_eq",      "ap_fixed",
                                                            "ap_int",      "ap_ufixed",
                                                            "ap_uint",     "asm",
                                                            "assert",      "auto",
                                                            "bitand",      "bitor",
                                                            "bool",        "break",
                                                            "case",        "catch",
                                                            "char",        "char16_t",
                                                            "char32_t",    "char8_t",
                                                            "class",       "co_await",
                                                            "co_return",   "co_yield",
                                                            "compl",       "concept",
                                                            "const",       "const_cast",
                                                            "consteval",   "constexpr",
                                                            "constinit",   "continue",
                                                            "decltype",    "default",
                                                            "delete",      "do",
                                                            "double",      "dynamic_cast",
                                                            "else",        "enum",
                                                            "errno",       "explicit",
                                                            "export",      "extern",
                                                            "false",       "float",
                                                            "for",         "friend",
                                                            "goto",        "half",
                                                            "hls",         "i386",
                                                            "if",          "inline",
                                                            "int",         "linux",
                                                            "log",         "long",
                                                            "main",        "mutable",
                                                            "namespace",   "new",
                                                            "noexcept",    "not",
                                                            "not_eq",      "nullptr",
                                                            "operator",    "or",
                                                            "or_eq",       "printf",
                                                            "private",     "protected",
                                                            "public",      "qfx",
                                                            "register",    "reinterpret_cast",
                                                            "requires",    "return",
                                                            "round",       "short",
                                                            "signed",      "sizeof",
                                                            "static",      "static_assert",
                                                            "static_cast", "std",
                                                            "stderr",      "stdin",
                                                            "stdout",      "struct",
                                                            "switch",      "template",
                                                            "this",        "thread_local",
                                                            "throw",       "time",
                                                            "true",        "try",
                                                            "typedef",     "typeid",
                                                            "typename",    "union",
                                                            "unix",        "unsigned",
                                                            "using",       "virtual",
                                                            "void",        "volatile",
                                                            "wchar_t",     "while",
                                                            "xor",         "xor_eq"});
static_assert(std::ranges::is_sorted(kReserved));

// Sorted. Verilog and VHDL: the top function names a module.
constexpr auto kHdlKeywords = std::to_array<std::string_view>(
    {"always",  "architecture", "assign",   "begin",    "casex",       "casez",     "component",
     "disable", "edge",         "end",      "endcase",  "endfunction", "endmodule", "endtask",
     "entity",  "force",        "function", "generate", "initial",     "inout",     "input",
     "integer", "library",      "module",   "negedge",  "output",      "package",   "parameter",
     "port",    "posedge",      "process",  "real",     "reg",         "release",   "signal",
     "supply0", "supply1",      "table",    "task",     "tri",         "variable",  "wait",
     "wand",    "wire",         "wor",      "xnor"});
static_assert(std::ranges::is_sorted(kHdlKeywords));

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

bool is_reserved(const std::string& name) {
  return std::ranges::binary_search(kReserved, std::string_view(lower(name))) ||
         std::ranges::none_of(name, is_lower);
}

}  // namespace

std::string Identifiers::unique(std::string_view wanted) {
  const std::string base = spelled(wanted);
  std::string name = base;
  // A reserved word differs from its numbered form, and so does a name in capitals from "_n1".
  for (int count = 1; is_reserved(name) || !taken_.insert(lower(name)).second; ++count)
    name = base + "_n" + std::to_string(count);
  return name;
}

bool Identifiers::take(std::string_view name) {
  return taken_.insert(lower(name)).second;
}

bool is_identifier(std::string_view name) {
  return spelled(name) == name && !is_reserved(std::string(name));
}

bool is_hdl_keyword(std::string_view name) {
  return std::ranges::binary_search(kHdlKeywords, std::string_view(lower(name)));
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

std::vector<std::string> legal_names(const std::vector<std::string>& names) {
  Identifiers identifiers;
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(identifiers.unique(name));
  return result;
}

}  // namespace qfx::backends
