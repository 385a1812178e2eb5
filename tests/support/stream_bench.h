// A bench in Verilog for engines: words from files at random times into them, words out of them at
// random times against files. Ends itself and prints "ok" for each engine whose words all came.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/verilog_tools.h"

namespace qfx::test {

// Words of `width` bits at a port, "i0" or "o1"; hex digits, the word's lowest bits last.
struct PortWords {
  std::string port;
  std::int64_t width = 1;
  std::vector<std::string> words;
  std::vector<std::string> known = {};  // which of their bits are, likewise; empty: all
};

// An engine's module and what goes through it.
struct BenchCase {
  std::string module;
  std::vector<PortWords> inputs, outputs;
  // It may go on without a further input: a window over padding alone. No more words are taken from
  // it than are expected.
  bool goes_on = false;
};

// Elements side by side as a word, the first one lowest.
inline std::string hex_word(const std::vector<std::int64_t>& elements, int element_width) {
  std::string bits;  // highest first
  for (auto element = elements.rbegin(); element != elements.rend(); ++element)
    for (int bit = element_width - 1; bit >= 0; --bit)
      bits += (static_cast<std::uint64_t>(*element) >> bit & 1) != 0 ? '1' : '0';
  bits.insert(0, (4 - bits.size() % 4) % 4, '0');
  std::string text;
  for (std::size_t i = 0; i < bits.size(); i += 4)
    text += "0123456789abcdef"[std::stoi(bits.substr(i, 4), nullptr, 2)];
  return text;
}

inline constexpr const char* kStreamBenchModules = R"(
module bench_source #(parameter WIDTH = 1, WORDS = 1, FILE = "", SEED = 1) (
    input wire clk, input wire rst, output wire valid, input wire ready, output wire [WIDTH-1:0] data);
  reg [WIDTH-1:0] words[0:WORDS-1];
  integer at, seed;
  reg open;
  initial begin $readmemh(FILE, words); at = 0; seed = SEED; open = 1'b0; end
  assign valid = open && at < WORDS && !rst;
  assign data = valid ? words[at] : {WIDTH{1'bx}};
  always @(posedge clk) begin
    if (valid && ready) at <= at + 1;
    // Half of all words at once, a few after a long time.
    if (!valid || ready) open <= $random(seed) % 8 < 4 || ((at / 16) % 3 == 0);
  end
endmodule
module bench_sink #(parameter WIDTH = 1, WORDS = 1, FILE = "", SEED = 1, KNOWN = "", STOP = 0, NAME = "") (
    input wire clk, input wire rst, input wire valid, output wire ready, input wire [WIDTH-1:0] data,
    output wire done);
  reg [WIDTH-1:0] words[0:WORDS-1];
  reg [WIDTH-1:0] known[0:WORDS-1];
  reg [WIDTH-1:0] before;
  reg waiting, open;
  integer at, seed;
  initial begin
    $readmemh(FILE, words);
    for (at = 0; at < WORDS; at = at + 1) known[at] = {WIDTH{1'b1}};
    if (KNOWN != "") $readmemh(KNOWN, known);
    at = 0; seed = SEED; open = 1'b0; waiting = 1'b0;
  end
  assign ready = open && !rst && !(STOP && done);
  assign done = at == WORDS;
  always @(posedge clk) if (!rst) begin
    if (valid !== 1'b0 && valid !== 1'b1) $display("%0s: valid is unknown", NAME);
    if (waiting && (!valid || data !== before)) $display("%0s: a word that waited changed", NAME);
    waiting <= valid && !ready;
    before <= data;
    if (valid && ready) begin
      if (done) $display("%0s: a word too many", NAME);
      else if (((data ^ words[at]) & known[at]) !== {WIDTH{1'b0}})
        $display("%0s: word %0d is %h, not %h", NAME, at, data, words[at]);
      at <= at + 1;
    end
    open <= $random(seed) % 8 < 4 || ((at / 16) % 3 == 1);
  end
endmodule
)";

// The bench "top" over all cases; `cycles` are enough for every one of them. Reset comes first, and
// `files` are added to.
inline std::string stream_bench(const std::vector<BenchCase>& cases, std::int64_t cycles,
                                std::map<std::string, std::string>& files) {
  std::string text = kStreamBenchModules;
  text += "module top;\n  reg clk = 0, rst = 1;\n  always #1 clk = !clk;\n";
  std::string report, all;
  int seed = 1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::string ports, done;
    const auto add = [&](const PortWords& port, bool is_input) {
      const std::string name = fmt::format("{}_{}", port.port, i), file = name + ".hex";
      std::string lines;
      for (const std::string& word : port.words) lines += word + "\n";
      files[file] = lines;
      std::string known;
      for (const std::string& bits : port.known) known += bits + "\n";
      const std::string known_file = known.empty() ? "" : name + "_known.hex";
      if (!known.empty()) files[known_file] = known;
      text += fmt::format(
          "  wire {0}_valid, {0}_ready; wire [{1}:0] {0}_data;\n"
          "  {2} #(.WIDTH({3}), .WORDS({4}), .FILE(\"{5}\"), .SEED({6}){7}) at_{0} (\n"
          "      .clk(clk), .rst(rst), .valid({0}_valid), .ready({0}_ready), "
          ".data({0}_data){8});\n",
          name, port.width - 1, is_input ? "bench_source" : "bench_sink", port.width,
          port.words.size(), file, ++seed,
          is_input ? ""
                   : fmt::format(", .KNOWN(\"{}\"), .STOP({}), .NAME(\"{} {}\")", known_file,
                                 cases[i].goes_on ? 1 : 0, cases[i].module, port.port),
          is_input ? "" : fmt::format(", .done({}_done)", name));
      if (!is_input) done += (done.empty() ? "" : " && ") + name + "_done";
      ports +=
          fmt::format(",\n      .{0}_valid({1}_valid), .{0}_ready({1}_ready), .{0}_data({1}_data)",
                      port.port, name);
    };
    for (const PortWords& output : cases[i].outputs)
      text += fmt::format("  wire {}_{}_done;\n", output.port, i);
    for (const PortWords& input : cases[i].inputs) add(input, true);
    for (const PortWords& output : cases[i].outputs) add(output, false);
    text += fmt::format("  {} dut_{} (.clk(clk), .rst(rst){});\n", cases[i].module, i, ports);
    all += (all.empty() ? "" : " && ") + done;
    report += fmt::format("    $display(\"{} %0s\", {} ? \"ok\" : \"words are missing\");\n",
                          cases[i].module, done);
  }
  return text + fmt::format(
                    "  wire all_done = {};\n  integer cycle;\n"
                    "  initial begin\n    repeat (3) @(posedge clk);\n    rst <= 0;\n"
                    "    for (cycle = 0; cycle < {} && !all_done; cycle = cycle + 1) "
                    "@(posedge clk);\n"
                    "    repeat (100) @(posedge clk);\n{}    $finish;\n  end\nendmodule\n",
                    all, cycles, report);
}

// What the bench prints where all is well.
inline std::string all_ok(const std::vector<BenchCase>& cases) {
  std::string text;
  for (const BenchCase& one : cases) text += one.module + " ok\n";
  return text;
}

}  // namespace qfx::test
