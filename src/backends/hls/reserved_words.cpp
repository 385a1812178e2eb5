#include "backends/hls/reserved_words.h"

#include <string>

namespace qfx::backends::hls {
namespace {

constexpr Words kCpp =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t"
    " char32_t char8_t class co_await co_return co_yield compl concept const const_cast consteval"
    " constexpr constinit continue decltype default delete do double dynamic_cast else enum"
    " explicit export extern false float for friend goto if inline int long mutable namespace new"
    " noexcept not not_eq nullptr operator or or_eq private protected public register"
    " reinterpret_cast requires return short signed sizeof static static_assert static_cast struct"
    " switch template this thread_local throw true try typedef typeid typename union unsigned"
    " using virtual void volatile wchar_t while xor xor_eq ";

constexpr Words kCLibrary =
    " abs assert errno i386 linux log main printf round std stderr stdin stdout time unix ";

constexpr Words kVerilog =
    " always assign begin casex casez disable edge end endcase endfunction endmodule endtask force"
    " function generate initial inout input integer module negedge output parameter posedge real"
    " reg release supply0 supply1 table task tri wait wand wire wor xnor ";

constexpr Words kVhdl =
    " architecture begin component end entity function generate inout library package port process"
    " signal variable wait xnor ";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

Words cpp_keywords() {
  return kCpp;
}
Words c_library_names() {
  return kCLibrary;
}
Words verilog_keywords() {
  return kVerilog;
}
Words vhdl_keywords() {
  return kVhdl;
}

bool contains(Words words, std::string_view word) {
  std::string wanted = " ";
  for (char c : word) wanted += lower(c);
  return words.find(wanted + " ") != Words::npos;
}

}  // namespace qfx::backends::hls
