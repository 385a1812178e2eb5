// support/verilog/qfx_cast.v against the law: every input at small widths in every mode, random
// ones at wide.
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "support/random_run.h"
#include "support/rng.h"
#include "support/verilog_tools.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/fixed/value.h"

namespace qfx::test {
namespace {

using fixed::BigInt;
using fixed::Format;
using fixed::Overflow;
using fixed::Rounding;

struct Instance {
  int width = 1, frac_bits = 0;
  bool is_signed = true;
  Format to = {};
};

// The pattern of an input as a number, and of a number in so many bits as a pattern.
BigInt number(const BigInt& pattern, int width, bool is_signed) {
  const bool negative = is_signed && bit_test(pattern, static_cast<unsigned>(width - 1));
  return negative ? BigInt(pattern - (BigInt(1) << width)) : pattern;
}
BigInt pattern(const BigInt& number, int width) {
  return number < 0 ? BigInt(number + (BigInt(1) << width)) : number;
}

BigInt expected(const Instance& one, const BigInt& x) {
  const BigInt low = x & ((BigInt(1) << one.width) - 1);
  const BigInt y = fixed::convert_raw(number(low, one.width, one.is_signed), one.frac_bits, one.to);
  return pattern(y, one.to.width);
}

std::string describe(const Instance& one) {
  return fmt::format("{}{} with {} fraction bits to {} ({} fraction bits)",
                     one.is_signed ? "int" : "uint", one.width, one.frac_bits,
                     fixed::to_string(one.to), one.to.frac_bits());
}

std::string instances(const std::vector<Instance>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Instance& one = all[i];
    text += fmt::format(
        "  wire [{}:0] y{};\n"
        "  qfx_cast #(.IN_WIDTH({}), .IN_FRAC({}), .IN_SIGNED({}), .OUT_WIDTH({}), .OUT_FRAC({}), "
        ".OUT_SIGNED({}), .ROUNDING({}), .OVERFLOW({}), .N_BITS({})) cast{} (.x(x[{}:0]), "
        ".y(y{}));\n",
        one.to.width - 1, i, one.width, one.frac_bits, int{one.is_signed}, one.to.width,
        one.to.frac_bits(), int{one.to.is_signed}, static_cast<int>(one.to.rounding),
        static_cast<int>(one.to.overflow), one.to.wrap_bits, i, one.width - 1, i);
  }
  return text;
}

// Every overflow mode with every N, of this sign.
std::vector<Format> modes(int width, bool is_signed) {
  std::vector<Format> formats;
  for (int rounding = 0; rounding < fixed::kRoundingCount; ++rounding) {
    for (int overflow = 0; overflow < fixed::kOverflowCount; ++overflow) {
      const auto mode = static_cast<Overflow>(overflow);
      if (mode == Overflow::WRAP_SM && !is_signed) continue;
      const bool wraps = mode == Overflow::WRAP || mode == Overflow::WRAP_SM;
      for (int n = 0; n <= (wraps ? width : 0); ++n)
        formats.push_back({width, width, is_signed, static_cast<Rounding>(rounding), mode, n});
    }
  }
  return formats;
}

// One pattern a line: of every instance, for x = 0, 1, ... Every mode with every third binary point,
// in turns; with QFX_LONG=1 every one.
TEST(VerilogCast, EveryModeForEveryInputOfSmallWidths) {
  constexpr int kInputWidth = 4;
  const std::int64_t stride = random_run(3, 1).count;
  std::vector<Instance> all;
  std::int64_t turn = 0;
  for (const int width : {1, 2, 3})
    for (const bool to_signed : {true, false})
      for (const Format& to : modes(width, to_signed))
        for (const bool from_signed : {true, false}) {
          ++turn;
          // Shifts far beyond both widths on every third format are enough.
          for (int frac_bits = -2; frac_bits <= (width == 3 ? 6 : 3); ++frac_bits)
            if ((frac_bits + 2 + turn) % stride == 0)
              all.push_back({kInputWidth, frac_bits, from_signed, to});
        }
  std::string bench = "module top;\n  reg [3:0] x;\n  integer i;\n" + instances(all) +
                      "  initial begin\n    for (i = 0; i < 16; i = i + 1) begin\n"
                      "      x = i[3:0];\n      #1;\n";
  for (std::size_t i = 0; i < all.size(); ++i)
    bench += fmt::format("      $display(\"%0d\", y{});\n", i);
  bench += "    end\n    $finish;\n  end\nendmodule\n";
  const VerilogSources sources{"top", {{"top.v", bench}}, {"qfx_cast"}};
  const TemporaryDirectory folder;
  write_sources(sources, folder.path());
  std::istringstream lines(run_in_icarus(sources, folder.path()));
  int wrong = 0;
  for (int x = 0; x < 16 && wrong < 10; ++x) {
    for (const Instance& one : all) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      if (line == expected(one, x).str()) continue;
      ++wrong;
      ADD_FAILURE() << describe(one) << ": x = " << x << " gives " << line << ", not "
                    << expected(one, x);
      if (wrong == 10) break;
    }
  }
  std::printf("%zu casts, %zu values\n", all.size(), all.size() * 16);
  EXPECT_GT(all.size(), 5000U / static_cast<std::size_t>(stride));
}

constexpr int kWidest = 96;

Instance wide_instance(Rng& rng) {
  Instance one;
  one.width = static_cast<int>(rng.between(1, kWidest));
  one.is_signed = rng.chance(0.6);
  one.to = rng.pick(modes(static_cast<int>(rng.between(1, 40)), rng.chance(0.6)));
  one.to.int_bits = static_cast<int>(rng.between(-50, 50));
  one.frac_bits = one.to.frac_bits() + static_cast<int>(rng.chance(0.8) ? rng.between(-8, one.width)
                                                                        : rng.between(-64, 64));
  return one;
}

// Near the ends of a width, on ties, or anything.
BigInt wide_pattern(Rng& rng) {
  BigInt x = 0;
  for (int word = 0; word < 2; ++word) x = (x << 64) | rng.next();
  const auto at = static_cast<unsigned>(rng.below(kWidest));
  switch (rng.below(4)) {
    case 0:
      x = (BigInt(1) << at) + static_cast<std::int64_t>(rng.between(-2, 2));
      break;
    case 1:
      x = (x >> at) << at;
      break;
    case 2:
      x >>= at;
      break;
    default:
      break;
  }
  const BigInt modulus = BigInt(1) << kWidest;
  return ((x % modulus) + modulus) % modulus;
}

TEST(VerilogCast, RandomWideInputs) {
  constexpr int kInstances = 150, kValues = 400;
  Rng rng(17);
  std::vector<Instance> all;
  for (int i = 0; i < kInstances; ++i) all.push_back(wide_instance(rng));
  std::string text = fmt::format("module top (input wire [{}:0] x, output wire [{}:0] y);\n",
                                 kWidest - 1, 64 * kInstances - 1) +
                     instances(all);
  for (int i = 0; i < kInstances; ++i)
    text +=
        fmt::format("  assign y[{} +: 64] = {{{}'d0, y{}}};\n", 64 * i, 64 - all[i].to.width, i);
  text += "endmodule\n";
  std::string words;
  std::vector<BigInt> inputs;
  for (int i = 0; i < kValues; ++i) {
    inputs.push_back(wide_pattern(rng));
    for (int word = 0; word < kWidest / 32; ++word)
      words += fmt::format("{} ", BigInt(inputs.back() >> (32 * word) & 0xffffffff).str());
  }
  const VerilogSources sources{"top", {{"top.v", text}, {"in.txt", words}}, {"qfx_cast"}};
  const TemporaryDirectory folder;
  write_sources(sources, folder.path());
  EXPECT_EQ(complaints(sources, folder.path()), "");
  const auto program = verilate(sources, folder.path(),
                                fmt::format(R"(
#include "Vtop.h"
#include <cstdint>
#include <fstream>
#include <iostream>
int main() {{
  Vtop top;
  std::ifstream in("in.txt");
  std::uint32_t word;
  for (int i = 0; in >> word; i = (i + 1) % {0}) {{
    top.x[i] = word;
    if (i + 1 < {0}) continue;
    top.eval();
    for (int k = 0; k < {1}; ++k)
      std::cout << (std::uint64_t{{top.y[2 * k + 1]}} << 32 | top.y[2 * k]) << '\n';
  }}
}}
)",
                                            kWidest / 32, kInstances));
  std::istringstream lines(run_checked({program.string()}, folder.path()));
  for (const BigInt& x : inputs) {
    for (const Instance& one : all) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      ASSERT_EQ(line, expected(one, x).str()) << describe(one) << ", x = " << x;
    }
  }
}

// The cast most networks end their sums with stays small: it was 28 LUT where it was made without
// care.
TEST(VerilogCast, ASaturatingCastIsCheap) {
  const VerilogSources sources{"top",
                               {{"top.v",
                                 "module top (input wire [27:0] x, output wire [15:0] y);\n"
                                 "  qfx_cast #(.IN_WIDTH(28), .IN_FRAC(12), .OUT_WIDTH(16), "
                                 ".OUT_FRAC(8), .ROUNDING(0), .OVERFLOW(0)) cast (.x(x), .y(y));\n"
                                 "endmodule\n"}},
                               {"qfx_cast"}};
  const TemporaryDirectory folder;
  write_sources(sources, folder.path());
  std::istringstream said(run_in_yosys(
      sources, folder.path(),
      "synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -flatten; stat -top top"));
  int luts = 0;
  for (std::string line; std::getline(said, line);) {
    std::istringstream words(line);
    std::string cell;
    int count = 0;
    if (words >> cell >> count && cell.starts_with("LUT")) luts += count;
    if (line.find("Printing statistics") != line.npos) luts = 0;
  }
  EXPECT_GT(luts, 10);
  EXPECT_LE(luts, 24);
}

}  // namespace
}  // namespace qfx::test
