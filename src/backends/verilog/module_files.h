// A file for each module: what tools expect to find under a module's name.
#pragma once

#include <map>
#include <string>

namespace qfx::backends::verilog {

// The modules of a text by name, each with the comment before it.
std::map<std::string, std::string> module_files(const std::string& text);

}  // namespace qfx::backends::verilog
