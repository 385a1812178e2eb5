#include "backends/verilog/copy_support.h"

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "qfx/backends/support.h"
#include "qfx/base/file.h"

namespace qfx::backends::verilog {
namespace {

bool is_for_simulation(const std::string& module) {
  return module == "qfx_trace" || module.starts_with("qfx_watch_");
}

}  // namespace

void copy_support(Files& files) {
  const std::filesystem::path modules = support_directory("verilog");
  std::vector<std::string> contents;
  for (const auto& [path, content] : files)
    if (path.starts_with("rtl/")) contents.push_back(content);
  static const std::regex kModule("qfx_[a-z0-9_]+");
  while (!contents.empty()) {
    const std::string content = std::move(contents.back());
    contents.pop_back();
    for (std::sregex_iterator found(content.begin(), content.end(), kModule), end; found != end;
         ++found) {
      const std::string module = found->str();
      const std::string path = (is_for_simulation(module) ? "sim/" : "rtl/") + module + ".v";
      if (files.contains(path) || !path_exists(modules / (module + ".v"))) continue;
      files[path] = read_file(modules / (module + ".v"));
      contents.push_back(files[path]);
    }
  }
}

}  // namespace qfx::backends::verilog
