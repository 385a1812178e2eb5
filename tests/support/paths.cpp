#include "support/paths.h"

namespace qfx::test {

std::string source_path(const std::string& relative) {
  return QFX_SOURCE_DIR "/" + relative;
}

std::string qfx_program() {
  return QFX_BINARY_DIR "/bin/qfx";
}

std::string vendor_headers(const std::string& name) {
  return QFX_THIRD_PARTY_DIR "/" + name;
}

}  // namespace qfx::test
