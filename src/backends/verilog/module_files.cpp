#include "backends/verilog/module_files.h"

#include <algorithm>
#include <string_view>

namespace qfx::backends::verilog {

std::map<std::string, std::string> module_files(const std::string& text) {
  constexpr std::string_view kBegin = "module ", kEnd = "endmodule";
  std::map<std::string, std::string> files;
  std::string name, content;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with(kBegin))
      name = line.substr(kBegin.size(), line.find_first_of(" (;#", kBegin.size()) - kBegin.size());
    if (!content.empty() || !line.empty()) content += line + "\n";
    if (line.starts_with(kEnd)) {
      files[name] = content;
      content.clear();
    }
  }
  return files;
}

}  // namespace qfx::backends::verilog
