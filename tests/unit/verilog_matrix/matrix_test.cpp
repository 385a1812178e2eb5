// Adder graphs as Verilog, and their adders, in Icarus against the matrix product.
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

#include "backends/verilog/print_matrix.h"
#include "support/stream_bench.h"
#include "support/verilog_tools.h"

#include "qfx/adders/synthesize.h"

namespace qfx::backends::verilog {
namespace {

using adders::AdderGraph;
using adders::Interval;
using adders::Matrix;
using adders::synthesize;
using adders::Term;

constexpr int kVectors = 60;

std::filesystem::path fresh_folder(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

struct Case {
  AdderGraph graph;
  int levels_per_register = 1;
  MatrixPorts ports = {};
};

std::vector<std::int64_t> random_inputs(const AdderGraph& graph, int trial,
                                        std::mt19937_64& generator) {
  std::vector<std::int64_t> x;
  for (const Interval& input : graph.inputs) {
    const auto span = static_cast<std::uint64_t>(input.high - input.low) + 1;
    const bool is_low = trial % 4 == 0 || (trial % 4 == 1 && generator() % 2 != 0);
    x.push_back(trial % 4 == 2   ? input.high
                : trial % 4 == 3 ? input.low + static_cast<std::int64_t>(generator() % span)
                : is_low         ? input.low
                                 : input.high);
  }
  return x;
}

// All cases side by side, each fed at its own random enable, and looked at before every edge.
test::VerilogSources bench_of(const std::vector<Case>& cases) {
  test::VerilogSources sources{.top = "top"};
  std::mt19937_64 generator(5);
  std::string text =
      "module top;\n  reg clk = 0;\n  integer wrong = 0, seed = 1;\n"
      "  always #1 clk = !clk;\n";
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const Case& one = cases[k];
    const EngineText module =
        print_matrix(fmt::format("matrix{}", k), one.graph, one.levels_per_register, one.ports);
    sources.files[fmt::format("matrix{}.v", k)] = module.module;
    for (const std::string& name : module.support)
      if (std::ranges::find(sources.support, name) == sources.support.end())
        sources.support.push_back(name);
    std::string x_words, y_words;
    for (int trial = 0; trial < kVectors; ++trial) {
      const std::vector<std::int64_t> x = random_inputs(one.graph, trial, generator);
      x_words += test::hex_word(x, one.ports.input_width) + "\n";
      y_words += test::hex_word(evaluate(one.graph, x), one.ports.output_width) + "\n";
    }
    sources.files[fmt::format("x{}.hex", k)] = x_words;
    sources.files[fmt::format("y{}.hex", k)] = y_words;
    text += fmt::format(
        "  reg [{1}:0] xs{0} [0:{3}];\n  reg [{2}:0] ys{0} [0:{3}];\n"
        "  reg en{0} = 0;\n  integer n{0} = 0;\n  wire [{2}:0] y{0};\n"
        "  initial begin $readmemh(\"x{0}.hex\", xs{0}); $readmemh(\"y{0}.hex\", ys{0}); end\n"
        "  matrix{0} dut{0} (.clk(clk), .en(en{0}), .x(xs{0}[n{0} < {3} ? n{0} : {3}]), "
        ".y(y{0}));\n"
        "  always @(posedge clk) begin\n"
        "    if (n{0} >= {4} && n{0} <= {3} && y{0} !== ys{0}[n{0} - {4}]) begin\n"
        "      $display(\"matrix{0}: vector %0d is %h, not %h\", n{0} - {4}, y{0}, "
        "ys{0}[n{0} - {4}]);\n      wrong = wrong + 1;\n    end\n"
        "    if (en{0}) n{0} <= n{0} + 1;\n    en{0} <= $random(seed) % 4 != 0;\n  end\n",
        k, one.graph.inputs.size() * static_cast<std::size_t>(one.ports.input_width) - 1,
        one.graph.outputs.size() * static_cast<std::size_t>(one.ports.output_width) - 1,
        kVectors - 1, adders::matrix_stages(one.graph, one.levels_per_register));
  }
  std::string all_seen = "1";
  for (std::size_t k = 0; k < cases.size(); ++k)
    all_seen += fmt::format(" && n{} >= {}", k, kVectors);
  text += fmt::format(
      "  initial begin\n    repeat ({}) @(posedge clk);\n"
      "    if ({} && wrong == 0) $display(\"all right\");\n    $finish;\n  end\n"
      "endmodule\n",
      3 * kVectors, all_seen);
  sources.files["top.v"] = text;
  return sources;
}

int bits_needed(const AdderGraph& graph) {
  int bits = 1;
  for (const Term& term : graph.outputs) {
    const Interval range = adders::range_of(graph, term);
    bits = std::max(bits, adders::bits_of(range) + (range.low >= 0 ? 1 : 0));
  }
  return bits;
}

Matrix random_matrix(std::int64_t rows, std::int64_t columns, int bits, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  Matrix matrix{rows, columns, {}};
  const std::int64_t span = std::int64_t{1} << bits;
  for (std::int64_t i = 0; i < rows * columns; ++i)
    matrix.values.push_back(
        static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(span)) - span / 2);
  return matrix;
}

Case case_of(const Matrix& matrix, const std::vector<Interval>& inputs, int operands, int levels,
             int spare_bits) {
  Case one{.graph = synthesize(matrix, {.inputs = inputs, .operands = operands, .steps = 20}),
           .levels_per_register = levels};
  int widest = 1;
  for (const Interval& input : one.graph.inputs) widest = std::max(widest, adders::bits_of(input));
  one.ports = {widest + spare_bits, bits_needed(one.graph) + spare_bits};
  return one;
}

// An adder on its own, in every form that the printer may give it.
Case adder_case(const adders::Adder& adder, const std::vector<Interval>& inputs) {
  Case one{.graph = {.inputs = inputs, .adders = {adder}, .outputs = {}}};
  Interval& range = one.graph.adders[0].range = {};
  for (const Term& term : {adder.a, adder.b, adder.c}) {
    const Interval part = adders::range_of(one.graph, term);
    range = {range.low + part.low, range.high + part.high};
  }
  one.graph.outputs = {{static_cast<int>(inputs.size()), 0, false},
                       {static_cast<int>(inputs.size()), 2, true}};
  int widest = 1;
  for (const Interval& input : inputs) widest = std::max(widest, adders::bits_of(input));
  one.ports = {widest, bits_needed(one.graph)};
  return one;
}

void expect_right(const std::vector<Case>& cases, const std::string& name) {
  const std::filesystem::path folder = fresh_folder(name);
  const test::VerilogSources sources = bench_of(cases);
  write_sources(sources, folder);
  EXPECT_EQ(run_in_icarus(sources, folder), "all right\n");
}

TEST(VerilogMatrix, EveryAdderAddsWhatItSays) {
  const Interval any{-9, 7}, positive{0, 5}, negative{-6, -1}, zero{0, 0};
  std::vector<Case> cases;
  for (int shift : {0, 1, 3, 9}) {
    for (const std::vector<Interval>& inputs :
         std::vector<std::vector<Interval>>{{any, any},
                                            {positive, any},
                                            {any, positive},
                                            {positive, positive},
                                            {negative, positive},
                                            {zero, any},
                                            {any, zero}}) {
      cases.push_back(adder_case({.a = {0, 0, false}, .b = {1, shift, false}}, inputs));
      cases.push_back(adder_case({.a = {0, 0, false}, .b = {1, shift, true}}, inputs));
      cases.push_back(adder_case({.a = {0, shift, false}, .b = {1, 0, true}}, inputs));
    }
  }
  for (int signs = 0; signs < 7; ++signs) {
    for (int lower : {0, 2}) {
      const bool a = (signs & 1) != 0, b = (signs & 2) != 0, c = (signs & 4) != 0;
      cases.push_back(
          adder_case({.a = {0, 0, a}, .b = {1, lower, b}, .c = {2, 3, c}}, {any, positive, any}));
      cases.push_back(
          adder_case({.a = {0, 4, a}, .b = {1, 0, b}, .c = {2, lower, c}}, {any, any, positive}));
    }
  }
  expect_right(cases, "verilog_adders");
}

TEST(VerilogMatrix, IsTheProductInEveryPipeline) {
  std::vector<Case> cases;
  std::uint64_t seed = 0;
  for (int operands : {2, 3}) {
    for (int levels : {1, 2, 3, 100}) {
      cases.push_back(case_of(random_matrix(5, 6, 8, ++seed), {}, operands, levels, 0));
      cases.push_back(
          case_of(random_matrix(4, 3, 4, ++seed), {{0, 15}, {-3, 9}, {0, 0}}, operands, levels, 3));
      cases.push_back(
          case_of(random_matrix(3, 2, 20, ++seed), {{0, 1000}, {-5, -2}}, operands, levels, 1));
    }
    // nothing to add: wires, negatives, zeros and equal rows
    cases.push_back(case_of({5, 2, {0, 0, 4, 0, -8, 0, 0, -1, 4, 0}}, {}, operands, 3, 0));
    cases.push_back(case_of({1, 1, {0}}, {}, operands, 1, 0));
    cases.push_back(case_of({2, 3, {-1, -1, -1, 1, 1, 1}}, {}, operands, 2, 0));
  }
  expect_right(cases, "verilog_matrices");
}

TEST(VerilogMatrix, NoToolComplains) {
  std::vector<Case> cases = {
      case_of(random_matrix(6, 6, 8, 1), {}, 2, 2, 0),
      case_of(random_matrix(6, 6, 8, 2), {}, 3, 2, 2),
      case_of(random_matrix(4, 3, 4, 3), {{0, 15}, {-3, 9}, {0, 0}}, 2, 1, 4),
      case_of({5, 2, {0, 0, 4, 0, -8, 0, 0, -1, 4, 0}}, {}, 2, 3, 0),
      case_of({1, 2, {0, 0}}, {}, 2, 1, 0),
  };
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const EngineText module =
        print_matrix("matrix", cases[k].graph, cases[k].levels_per_register, cases[k].ports);
    const std::filesystem::path folder = fresh_folder(fmt::format("verilog_matrix_lint{}", k));
    const test::VerilogSources sources{.top = "matrix",
                                       .files = {{"matrix.v", module.module}},
                                       .support = {module.support.begin(), module.support.end()}};
    write_sources(sources, folder);
    EXPECT_EQ(complaints(sources, folder), "");
  }
}

TEST(VerilogMatrix, CountsItsRegisters) {
  AdderGraph graph = synthesize({1, 8, {1, 1, 1, 1, 1, 1, 1, 1}}, {.steps = 5});
  EXPECT_EQ(graph.depth(), 3);
  EXPECT_EQ(adders::matrix_stages(graph, 1), 3);
  EXPECT_EQ(adders::matrix_stages(graph, 2), 2);
  EXPECT_EQ(adders::matrix_stages(graph, 3), 1);
  EXPECT_EQ(adders::matrix_stages(synthesize({1, 1, {4}}, {.steps = 5}), 3), 1);
}

}  // namespace
}  // namespace qfx::backends::verilog
