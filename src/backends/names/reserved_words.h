// Words that generated code cannot use as names, a table per language or library.
#pragma once

#include <string_view>

namespace qfx::backends::names {

// In lower case, a space before and behind each.
using Words = std::string_view;

Words cpp_keywords();      // through C++20
Words c_library_names();   // of its functions, of what it or gcc define as macros; and std
Words verilog_keywords();  // of SystemVerilog too; those that are no C++ keyword
Words vhdl_keywords();     // likewise

// Without regard to case. `word` is not empty and has no space.
bool contains(Words words, std::string_view word);

}  // namespace qfx::backends::names
