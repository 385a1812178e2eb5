#include "imports/lower/names.h"

#include <fmt/format.h>

namespace qfx::imports {
namespace {

constexpr std::size_t kLongest = 48;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string legal(const std::string& name) {
  std::string result;
  for (const char c : name) {
    if (is_letter(c) || is_digit(c))
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  // What tells layers apart stands at the end.
  if (result.size() > kLongest) result.erase(0, result.size() - kLongest);
  while (!result.empty() && !is_letter(result.front())) result.erase(0, 1);
  while (!result.empty() && result.back() == '_') result.pop_back();
  return result;
}

}  // namespace

std::string Names::fresh(const std::string& name) {
  const std::string base = legal(name);
  if (base.empty()) return "";
  std::string unique = base;
  for (int i = 2; !taken_.insert(unique).second; ++i) unique = fmt::format("{}_{}", base, i);
  return unique;
}

}  // namespace qfx::imports
