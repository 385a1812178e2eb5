#include "backends/verilog/print_chain.h"

#include <fmt/format.h>

#include "backends/verilog/print_formula.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Formula;
using circuit::Link;

class ElementwisePrinter {
 public:
  ElementwisePrinter(const Context& context, const circuit::Engine& engine, const Formula& formula)
      : context_(context), engine_(engine), formula_(formula) {}

  EngineText print() {
    std::vector<int> widths;
    for (std::size_t i = 0; i < engine_.inputs.size(); ++i)
      widths.push_back(input(i).element_width);
    FormulaPrinter printer(context_.name, formula_, widths);
    const std::string body = printer.body();
    EngineText text;
    text.module =
        fmt::format("// {}\nmodule {} (\n{}\n);\n{}{}{}{}endmodule\n", engine_.name, context_.name,
                    ports(), control(), body, traces(printer), output_register(printer));
    text.memories = printer.memories;
    text.support = printer.support;
    return text;
  }

 private:
  const Link& link(circuit::LinkId id) const {
    return context_.circuit.links[static_cast<std::size_t>(id)];
  }
  const Link& input(std::size_t i) const { return link(engine_.inputs[i]); }
  const Link& output() const { return link(engine_.outputs[0]); }
  int stages() const { return formula_.stages(); }

  std::string ports() const {
    std::string text = "  input wire clk,\n  input wire rst,\n";
    for (std::size_t i = 0; i < engine_.inputs.size(); ++i)
      text += fmt::format(
          "  input wire i{0}_valid,\n  output wire i{0}_ready,\n  input wire [{1}:0] i{0}_data,\n",
          i, input(i).width() - 1);
    return text + fmt::format(
                      "  output reg o0_valid,\n  input wire o0_ready,\n  output reg [{}:0] o0_data",
                      output().width() - 1);
  }

  // A step takes a word of every input and moves all stages on.
  std::string control() const {
    std::string all_valid = "i0_valid", text;
    if (engine_.inputs.size() > 1) all_valid += " && i1_valid";
    text = fmt::format("  wire en = !o0_valid || o0_ready;\n  wire step = en && {} && !rst;\n",
                       all_valid);
    if (engine_.inputs.size() == 1)
      text += "  assign i0_ready = en && !rst;\n";
    else
      text += "  assign i0_ready = step;\n  assign i1_ready = step;\n";
    if (stages() == 1)
      return text +
             "  always @(posedge clk)\n    if (rst) o0_valid <= 1'b0;\n"
             "    else if (en) o0_valid <= step;\n";
    // Bit k: stage k + 1 holds a word.
    return text +
           fmt::format(
               "  reg [{}:0] valid;\n  always @(posedge clk)\n    if (rst) {{o0_valid, "
               "valid}} <= {}'d0;\n    else if (en) {{o0_valid, valid}} <= {{valid, step}};\n",
               stages() - 2, stages());
  }

  std::string traces(FormulaPrinter& printer) const {
    if (formula_.inner.empty()) return "";
    std::string text = "`ifdef QFX_TRACE\n";
    for (const Formula::Inner& inner : formula_.inner) {
      const int width = context_.circuit.network.node(inner.node).format.width;
      text += fmt::format(
          "  qfx_trace #(.ID({0}), .WIDTH({1}), .LANES({2}), .GROUP({3})) trace{0} (\n"
          "    .clk(clk), .rst(rst), .fire({4}), .data({5}));\n",
          inner.node, width, output().lanes, output().group,
          inner.stage == 0 ? "step" : fmt::format("en && valid[{}]", inner.stage - 1),
          printer.inner(inner, width));
    }
    return text + "`endif\n";
  }

  std::string output_register(FormulaPrinter& printer) const {
    return fmt::format("  always @(posedge clk)\n    if (en) o0_data <= {};\n",
                       printer.outputs(output().element_width));
  }

  const Context& context_;
  const circuit::Engine& engine_;
  const Formula& formula_;
};

}  // namespace

EngineText print_chain(const Context& context, const circuit::Engine& engine,
                       const circuit::Chain& chain) {
  const Formula formula = circuit::formula_of(context.circuit.network, chain);
  return ElementwisePrinter(context, engine, formula).print();
}

EngineText print_spread(const Context& context, const circuit::Engine& engine,
                        const circuit::Spread& spread) {
  const Formula formula = circuit::formula_of(context.circuit.network, spread);
  return ElementwisePrinter(context, engine, formula).print();
}

}  // namespace qfx::backends::verilog
