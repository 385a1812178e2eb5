// Why a program failed, as far as it says so.
#pragma once

#include <string>

namespace qfx::estimate {

inline std::string last_line(const std::string& output) {
  const std::size_t end = output.find_last_not_of("\n \t");
  if (end == std::string::npos) return "it says nothing";
  const std::size_t begin = output.find_last_of('\n', end);
  return output.substr(begin + 1, end - begin);
}

}  // namespace qfx::estimate
