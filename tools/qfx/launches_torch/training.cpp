// This qfx links no torch, which costs half a second and 140 MB to load: the verbs that need it go
// on as another program, which lies beside this one and is the same command with torch.
#include "training.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "arguments.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::command {
namespace {

namespace fs = std::filesystem;

fs::path own_folder() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error)
    user_error("the system does not say where qfx lies ({}); call {} in its place", error.message(),
               QFX_TORCH_PROGRAM);
  return self.parent_path();
}

// The process goes on as the other program: the same number, streams and signals.
[[noreturn]] void go_on_with_torch() {
  const fs::path program = own_folder() / QFX_TORCH_PROGRAM;
  if (!path_exists(program)) {
    user_error(
        "this verb needs torch, which the program {} brings, and '{}' is not there; it is built "
        "and installed with qfx: put both into one folder",
        QFX_TORCH_PROGRAM, program.string());
  }
  ::execv(program.c_str(), given_arguments());
  user_error("cannot start '{}': {}; install it again", program.string(), std::strerror(errno));
}

}  // namespace

int run_training(const TrainingRequest&) {
  go_on_with_torch();
}

int run_start(const StartRequest&) {
  go_on_with_torch();
}

graph::Model newest_checkpoint(const std::string&) {
  go_on_with_torch();
}

}  // namespace qfx::command
