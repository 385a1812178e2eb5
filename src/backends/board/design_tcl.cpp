#include "backends/board/design_tcl.h"

#include <fmt/format.h>

#include "qfx/base/utf8.h"

namespace qfx::backends::board {
namespace {

bool is_plain(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '/' || c == '-' || c == ':' || c == ' ';
}

std::string tcl_list(const std::vector<std::string>& words) {
  std::string text = "[list";
  for (const std::string& word : words) text += " " + tcl_word(word);
  return text + "]";
}

}  // namespace

// Within quotes Tcl looks for `"`, `\`, `$` and `[` alone; \uHHHH has exactly four digits, and what
// is beyond them Tcl 8 cannot hold.
std::string tcl_word(std::string_view text) {
  std::string word = "\"";
  while (!text.empty()) {
    const std::optional<char32_t> point = take_code_point(text);
    if (!point) text.remove_prefix(1);
    const char32_t c = point && *point <= 0xffff ? *point : U'\ufffd';
    word += is_plain(c) ? std::string(1, static_cast<char>(c))
                        : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  }
  return word + "\"";
}

std::string print_design_tcl(const BoardDesign& design) {
  std::string text = "# What build.tcl and ip.tcl know of this design.\n";
  const auto set = [&](std::string_view key, const std::string& value) {
    text += fmt::format("set design({}) {}\n", key, value);
  };
  set("model", tcl_word(design.network.model().name));
  set("top", tcl_word(design.top));
  set("source", design.source == Source::Verilog ? "verilog" : "ip");
  set("files", tcl_list(design.files));
  set("memories", tcl_list(design.memories));
  set("ip_folder", tcl_word(design.ip_folder));
  set("clock", tcl_word(design.clock));
  set("reset", tcl_word(design.reset));
  set("input", tcl_word(design.input.name));
  set("input_width", std::to_string(design.input.tdata_width()));
  std::vector<std::string> outputs, widths;
  for (const Port& port : design.outputs) {
    outputs.push_back(port.name);
    widths.push_back(std::to_string(port.tdata_width()));
  }
  set("outputs", tcl_list(outputs));
  set("output_widths", tcl_list(widths));
  set("mhz", fmt::format("{:.3f}", 1000.0 / design.clock_period_ns));
  return text;
}

}  // namespace qfx::backends::board
