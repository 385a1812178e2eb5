#include "backends/verilog/print_matrix.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::backends::verilog {
namespace {

using adders::Adder;
using adders::AdderGraph;
using adders::Interval;
using adders::Term;

// A value of the graph, or an output's negative of one: bits without a sign where it has none.
struct Signal {
  std::string name;
  int width = 1;
  bool is_signed = false;
  int stage = 1;       // in which it is computed
  int last_stage = 1;  // in which it is read
  // Its name in a later stage.
  std::string in(int s) const { return s == stage ? name : fmt::format("{}_{}", name, s - stage); }
};

Signal signal(std::string name, const Interval& range, int stage) {
  return {std::move(name), std::max(1, adders::bits_of(range)), range.low < 0, stage, stage};
}

std::vector<Term> terms_of(const Adder& adder) {
  std::vector<Term> terms{adder.a, adder.b};
  if (adder.c.value >= 0) terms.push_back(adder.c);
  std::stable_sort(terms.begin(), terms.end(),
                   [](const Term& x, const Term& y) { return x.shift < y.shift; });
  return terms;
}

class Printer {
 public:
  Printer(const std::string& name, const AdderGraph& graph, int levels, const MatrixPorts& ports)
      : name_(name),
        graph_(graph),
        levels_(levels),
        ports_(ports),
        stages_(adders::matrix_stages(graph, levels)) {
    declare_values();
    for (std::size_t i = 0; i < graph.adders.size(); ++i)
      for (const Term& term : terms_of(graph.adders[i])) read(term, signals_[first() + i].stage);
    for (const Term& term : graph.outputs)
      if (term.value >= 0) negative_or_own(term).last_stage = stages_ + 1;
  }

  EngineText text() {
    const std::string body = register_declarations() + inputs() + adder_instances() +
                             negative_instances() + register_moves() + outputs();
    return {fmt::format("// {} inputs, {} outputs, {} adders in {} levels, {} registers deep.\n"
                        "module {} (\n"
                        "    input  wire clk,\n"
                        "    input  wire en,\n"
                        "    input  wire [{}:0] x,\n"
                        "    output wire [{}:0] y\n"
                        ");\n",
                        graph_.inputs.size(), graph_.outputs.size(), graph_.adders.size(),
                        graph_.depth(), stages_, name_, width(graph_.inputs, ports_.input_width),
                        width(graph_.outputs, ports_.output_width)) +
                body + "endmodule\n",
            {},
            support_};
  }

 private:
  static std::size_t width(const auto& ports, int bits) {
    return ports.size() * static_cast<std::size_t>(bits) - 1;
  }
  std::size_t first() const { return graph_.inputs.size(); }
  Signal& signal_of(const Term& term) { return signals_[static_cast<std::size_t>(term.value)]; }
  void read(const Term& term, int stage) {
    Signal& read = signal_of(term);
    read.last_stage = std::max(read.last_stage, stage);
  }

  void declare_values() {
    for (std::size_t i = 0; i < first(); ++i) {
      signals_.push_back(signal(fmt::format("x{}", i), graph_.inputs[i], 1));
      QFX_ASSERT(signals_.back().width <= ports_.input_width);
    }
    for (std::size_t i = 0; i < graph_.adders.size(); ++i)
      signals_.push_back(signal(fmt::format("n{}", i), graph_.adders[i].range,
                                adders::stage_of(graph_.adders[i].level, levels_)));
    negatives_.resize(signals_.size());
  }

  // What an output shows; its negative is made before the last register.
  Signal& negative_or_own(const Term& output) {
    Signal& own = signal_of(output);
    if (!output.negative) return own;
    Signal& negative = negatives_[static_cast<std::size_t>(output.value)];
    if (negative.name.empty()) {
      negative = signal(own.name + "_negative", adders::range_of(graph_, {output.value, 0, true}),
                        stages_);
      own.last_stage = std::max(own.last_stage, stages_);
    }
    return negative;
  }

  static std::string wire(const Signal& signal) {
    return fmt::format("  wire [{}:0] {}", signal.width - 1, signal.name);
  }

  std::string inputs() const {
    std::string text;
    for (std::size_t i = 0; i < first(); ++i) {
      const std::size_t low = i * static_cast<std::size_t>(ports_.input_width);
      text += fmt::format("{} = x[{}:{}];\n", wire(signals_[i]),
                          low + static_cast<std::size_t>(signals_[i].width) - 1, low);
    }
    std::string unused = "clk, en, x";  // an input may be wider than its values, or have no use
    for (std::size_t i = 0; i < first(); ++i) unused += ", " + signals_[i].name;
    return text + fmt::format("  wire _unused_ok = &{{1'b0, {}}};\n", unused);
  }

  static std::string operand(char port, const Signal& signal) {
    return fmt::format(".{0}_WIDTH({1}), .{0}_SIGNED({2})", port, signal.width,
                       signal.is_signed ? 1 : 0);
  }

  std::string two_operands(const std::vector<Term>& terms, const Signal& result) {
    support_.insert("qfx_adder");
    const int mode = terms[0].negative ? 2 : terms[1].negative ? 1 : 0;
    const Signal &a = signal_of(terms[0]), &b = signal_of(terms[1]);
    return fmt::format(
        "{};\n  qfx_adder #({}, {}, .SHIFT({}), .MODE({}), .Y_WIDTH({})) add_{} (\n"
        "      .a({}), .b({}), .y({}));\n",
        wire(result), operand('A', a), operand('B', b), terms[1].shift, mode, result.width,
        result.name, a.in(result.stage), b.in(result.stage), result.name);
  }

  std::string three_operands(const std::vector<Term>& terms, const Signal& result) {
    support_.insert("qfx_adder3");
    const Signal &a = signal_of(terms[0]), &b = signal_of(terms[1]), &c = signal_of(terms[2]);
    return fmt::format(
        "{};\n  qfx_adder3 #({}, .A_MINUS({}), {}, .B_SHIFT({}), .B_MINUS({}),\n"
        "      {}, .C_SHIFT({}), .C_MINUS({}), .Y_WIDTH({})) add_{} (\n"
        "      .a({}), .b({}), .c({}), .y({}));\n",
        wire(result), operand('A', a), terms[0].negative ? 1 : 0, operand('B', b), terms[1].shift,
        terms[1].negative ? 1 : 0, operand('C', c), terms[2].shift, terms[2].negative ? 1 : 0,
        result.width, result.name, a.in(result.stage), b.in(result.stage), c.in(result.stage),
        result.name);
  }

  std::string adder_instances() {
    std::string text;
    for (std::size_t i = 0; i < graph_.adders.size(); ++i) {
      const std::vector<Term> terms = terms_of(graph_.adders[i]);
      const Signal& result = signals_[first() + i];
      text += terms.size() == 2 ? two_operands(terms, result) : three_operands(terms, result);
    }
    return text;
  }

  std::string negative_instances() {
    std::string text;
    for (std::size_t value = 0; value < signals_.size(); ++value) {
      const Signal &negative = negatives_[value], &own = signals_[value];
      if (negative.name.empty()) continue;
      support_.insert("qfx_adder");
      text += fmt::format(
          "{};\n  qfx_adder #({}, .B_WIDTH(1), .B_SIGNED(0), .SHIFT(0), .MODE(2), .Y_WIDTH({})) "
          "negate_{} (\n      .a({}), .b(1'b0), .y({}));\n",
          wire(negative), operand('A', own), negative.width, own.name, own.in(stages_),
          negative.name);
    }
    return text;
  }

  // Every value waits until the last that reads it.
  void for_each_register(const auto& what) const {
    for (const std::vector<Signal>* signals : {&signals_, &negatives_})
      for (const Signal& signal : *signals)
        for (int stage = signal.stage + 1; stage <= signal.last_stage; ++stage) what(signal, stage);
  }

  std::string register_declarations() const {
    std::string text;
    for_each_register([&](const Signal& signal, int stage) {
      text += fmt::format("  reg [{}:0] {};\n", signal.width - 1, signal.in(stage));
    });
    return text;
  }

  std::string register_moves() const {
    std::string text;
    for_each_register([&](const Signal& signal, int stage) {
      text += fmt::format("      {} <= {};\n", signal.in(stage), signal.in(stage - 1));
    });
    if (text.empty()) return "";
    return "  always @(posedge clk) begin\n    if (en) begin\n" + text + "    end\n  end\n";
  }

  std::string outputs() {
    std::string text;
    for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
      const Term& term = graph_.outputs[i];
      const std::size_t low = i * static_cast<std::size_t>(ports_.output_width);
      const std::size_t high = low + static_cast<std::size_t>(ports_.output_width) - 1;
      const std::string port = fmt::format("  assign y[{}:{}] = ", high, low);
      if (term.value < 0) {
        text += fmt::format("{}{{{}{{1'b0}}}};\n", port, ports_.output_width);
        continue;
      }
      const Signal& shown = negative_or_own(term);
      const int above = ports_.output_width - shown.width - term.shift;
      QFX_ASSERT(above >= 0);
      const std::string name = shown.in(stages_ + 1);
      std::string bits = name;
      if (above > 0) {
        const std::string sign =
            shown.is_signed ? fmt::format("{}[{}]", name, shown.width - 1) : "1'b0";
        bits = fmt::format("{{{}{{{}}}}}, {}", above, sign, bits);
      }
      if (term.shift > 0) bits += fmt::format(", {{{}{{1'b0}}}}", term.shift);
      text += fmt::format("{}{{{}}};\n", port, bits);
    }
    return text;
  }

  std::string name_;
  const AdderGraph& graph_;
  int levels_;
  MatrixPorts ports_;
  int stages_;
  std::vector<Signal> signals_, negatives_;  // by value; no name: that negative is not needed
  std::set<std::string> support_;
};

}  // namespace

EngineText print_matrix(const std::string& name, const adders::AdderGraph& graph,
                        int levels_per_register, const MatrixPorts& ports) {
  return Printer(name, graph, levels_per_register, ports).text();
}

}  // namespace qfx::backends::verilog
