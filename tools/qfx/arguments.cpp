#include "arguments.h"

namespace qfx::command {
namespace {

char** g_arguments = nullptr;

}  // namespace

void keep_arguments(char** argv) {
  g_arguments = argv;
}

char** given_arguments() {
  return g_arguments;
}

}  // namespace qfx::command
