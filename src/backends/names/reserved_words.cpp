#include "backends/names/reserved_words.h"

#include <string>

namespace qfx::backends::names {
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
    " abs assert clock_t daylight div_t environ errno fpos_t i386 imaxdiv_t int16_t int32_t int64_t"
    " int8_t int_fast16_t int_fast32_t int_fast64_t int_fast8_t int_least16_t int_least32_t"
    " int_least64_t int_least8_t intmax_t intptr_t ldiv_t linux lldiv_t locale_t log main"
    " max_align_t mbstate_t nullptr_t off_t pid_t printf ptrdiff_t round sig_atomic_t signgam "
    "size_t"
    " ssize_t std stderr stdin stdout time time_t timezone tzname uint16_t uint32_t uint64_t "
    "uint8_t"
    " uint_fast16_t uint_fast32_t uint_fast64_t uint_fast8_t uint_least16_t uint_least32_t"
    " uint_least64_t uint_least8_t uintmax_t uintptr_t unix va_list wctrans_t wctype_t wint_t ";

constexpr Words kVerilog =
    " accept_on alias always always_comb always_ff always_latch assert assign assume automatic"
    " before begin bind bins binsof bit buf bufif0 bufif1 byte casex casez cell chandle checker"
    " clocking cmos config constraint context cover covergroup coverpoint cross deassign defparam"
    " design disable dist edge end endcase endchecker endclass endclocking endconfig endfunction"
    " endgenerate endgroup endinterface endmodule endpackage endprimitive endprogram endproperty"
    " endsequence endspecify endtable endtask event eventually expect extends final first_match"
    " force foreach fork forkjoin function generate genvar global highz0 highz1 iff ifnone"
    " ignore_bins illegal_bins implements implies import incdir include initial inout input inside"
    " instance integer interconnect interface intersect join join_any join_none large let liblist"
    " library local localparam logic longint macromodule matches medium modport module nand negedge"
    " nettype nexttime nmos nor noshowcancelled notif0 notif1 null output package packed parameter"
    " pmos posedge primitive priority program property pull0 pull1 pulldown pullup"
    " pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real"
    " realtime ref reg reject_on release repeat restrict rnmos rpmos rtran rtranif0 rtranif1"
    " s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal"
    " showcancelled small soft solve specify specparam string strong strong0 strong1 super supply0"
    " supply1 sync_accept_on sync_reject_on table tagged task throughout time timeprecision"
    " timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type unique unique0 unsigned"
    " until until_with untyped use uwire var vectored virtual wait wait_order wand weak weak0 weak1"
    " wildcard wire with within wor xnor ";

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

}  // namespace qfx::backends::names
