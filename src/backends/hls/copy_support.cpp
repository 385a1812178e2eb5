#include "backends/hls/copy_support.h"

#include <filesystem>
#include <string>
#include <vector>

#include "qfx/backends/support.h"

#include "qfx/base/file.h"

namespace qfx::backends::hls {

void copy_support(Files& files, std::string_view vendor) {
  namespace fs = std::filesystem;
  const fs::path layers = support_directory("hls"), own = layers / vendor;
  std::vector<std::string> contents;
  for (const auto& [path, content] : files) contents.push_back(content);
  const std::string mark = "#include \"qfx/";
  while (!contents.empty()) {
    const std::string content = std::move(contents.back());
    contents.pop_back();
    for (std::size_t at = content.find(mark); at != std::string::npos;
         at = content.find(mark, at + 1)) {
      const std::size_t begin = at + mark.size() - 4;  // "qfx/..."
      const std::string name = content.substr(begin, content.find('"', begin) - begin);
      if (!files.contains("firmware/" + name)) {
        const fs::path& directory = path_exists(own / name) ? own : layers;
        files["firmware/" + name] = read_file(directory / name);
        contents.push_back(files["firmware/" + name]);
      }
    }
  }
}

}  // namespace qfx::backends::hls
