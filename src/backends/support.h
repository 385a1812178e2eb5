// Where the headers lie that generated code includes.
#pragma once

#include <filesystem>

namespace qfx::backends {

// The folder `support` with one folder a target: $QFX_SUPPORT, the source tree this library was
// built from, share/qfx/support beside the running program's bin, or the install prefix's. Raises
// UserError naming the places where none holds `target`.
std::filesystem::path support_directory(const std::string& target);

}  // namespace qfx::backends
