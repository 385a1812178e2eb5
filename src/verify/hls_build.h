// Compiling exported code with the vendor's headers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "qfx/base/process.h"

namespace qfx::verify {

// The folder with ap_fixed.h: $QFX_AP_TYPES, where QFX's set-up unpacked it, or
// $XILINX_HLS/include. Raises UserError that says how to get it.
std::filesystem::path ap_types_directory();

// The compiler: $QFX_HLS_CXX, or g++.
std::string hls_compiler();

// The command that compiles `sources` into `program`. Include folders are searched in the order
// given.
std::vector<std::string> compile_command(const std::vector<std::filesystem::path>& sources,
                                         const std::vector<std::filesystem::path>& includes,
                                         const std::vector<std::string>& flags,
                                         const std::filesystem::path& program);

// Runs such a command. Raises UserError with the compiler's first error where it fails.
void compile(const std::vector<std::string>& command, const ShouldStop& should_stop = {});

// The command as a person would type it.
std::string shell_text(const std::vector<std::string>& command);

}  // namespace qfx::verify
