// Where the headers lie that generated code includes.
#pragma once

#include <filesystem>

namespace qfx::backends {

// The folder LANGUAGE in `support`, which lies in $QFX_SUPPORT, the source tree this library was
// built from, share/qfx/support beside the running program's bin, or the install prefix's. Raises
// UserError naming the places where none holds it.
std::filesystem::path support_directory(const std::string& language);

}  // namespace qfx::backends
