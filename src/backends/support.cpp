#include "qfx/backends/support.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::backends {

namespace fs = std::filesystem;

fs::path support_directory(const std::string& language) {
  std::vector<fs::path> places;
  if (const char* chosen = std::getenv("QFX_SUPPORT"); chosen != nullptr && *chosen != '\0') {
    places.emplace_back(chosen);
  } else {
    places.emplace_back(QFX_SUPPORT_SOURCE_DIR);
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    if (!ignored) places.push_back(program.parent_path().parent_path() / "share/qfx/support");
    places.emplace_back(QFX_SUPPORT_INSTALL_DIR);
  }
  std::vector<std::string> seen;
  for (const fs::path& place : places) {
    if (is_folder(place / language)) return place / language;
    seen.push_back((place / language).string());
  }
  user_error(
      "the headers for generated {} code are missing: looked for {}; set QFX_SUPPORT to the folder "
      "support of QFX's source or installation",
      language, join(seen, ", "));
}

}  // namespace qfx::backends
