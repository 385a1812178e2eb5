// Compiling exported C++ with the vendor's headers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "qfx/backends/target.h"
#include "qfx/base/process.h"

namespace qfx::verify {

// Of a target that is simulated with them.
const backends::VendorHeaders& vendor_headers(const backends::Target& target);

// The folder with the vendor's headers: the one that the environment names, else set-up's, else the
// tool's. Raises UserError that says how to get them.
std::filesystem::path headers_directory(const backends::VendorHeaders& headers);

// The compiler: $QFX_HLS_CXX, or g++.
std::string cpp_compiler();

// The command that compiles `sources` into `program`. Include folders are searched in the order
// given.
std::vector<std::string> compile_command(const backends::VendorHeaders& headers,
                                         const std::vector<std::filesystem::path>& sources,
                                         const std::vector<std::filesystem::path>& includes,
                                         const std::vector<std::string>& flags,
                                         const std::filesystem::path& program);

// Runs such a command. Raises UserError with the compiler's first error where it fails.
void compile(const std::vector<std::string>& command, const ShouldStop& should_stop = {});

// The command as a person would type it.
std::string shell_text(const std::vector<std::string>& command);

}  // namespace qfx::verify
