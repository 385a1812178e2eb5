// Where things lie on this machine. Only paths.cpp is compiled with the names of folders, so that
// checkouts share a compiler cache.
#pragma once

#include <string>

namespace qfx::test {

// A file or folder of the sources, "tests/golden" for example.
std::string source_path(const std::string& relative);

// The command that this build made.
std::string qfx_program();

// The folder of a vendor's simulation headers: "ap_types" or "ac_types".
std::string vendor_headers(const std::string& name);

}  // namespace qfx::test
