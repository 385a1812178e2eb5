#include "backends/names/fill.h"

namespace qfx::backends::names {

std::string fill(std::string text,
                 const std::vector<std::pair<std::string_view, std::string>>& values) {
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + std::string(key) + "@";
    for (std::size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

}  // namespace qfx::backends::names
