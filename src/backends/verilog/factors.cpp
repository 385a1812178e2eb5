#include "backends/verilog/factors.h"

#include <fmt/format.h>

#include "backends/verilog/instance.h"
#include "backends/verilog/khot_factors.h"
#include "backends/verilog/memory_text.h"

#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

// A word for each step: the factors of the first lane's operands, then of the next one's.
std::string memory_of(const SumsShape& shape, int bits) {
  std::string text;
  for (std::int64_t block = 0; block < shape.sums.blocks; ++block) {
    for (std::int64_t step = 0; step < shape.sums.steps; ++step) {
      MemoryWord word;
      for (std::int64_t lane = 0; lane < shape.sums.pe; ++lane) {
        const auto output = shape.output_of(block, lane);
        for (std::int64_t operand = 0; operand < shape.operands; ++operand) {
          const std::int64_t weight = output ? shape.weight(*output, step, operand) : 0;
          word.append(shape.work.factor.binary ? (weight > 0 ? 1 : 0) : weight, bits);
        }
      }
      text += word.text() + "\n";
    }
  }
  return text;
}

}  // namespace

FactorsText factors_text(const SumsShape& shape, const Operands& x, bool counts) {
  const dataflow::Factor& factor = shape.work.factor;
  if (factor.digits > 0 && !factor.binary) return khot_text(shape, x);
  FactorsText text;
  const int bits = factor.binary ? 1 : factor.width;
  text.width = shape.sums.pe * shape.operands * bits;
  text.memory = memory_of(shape, bits);
  if (counts) return text;

  text.term_width = x.width + (x.is_signed ? 0 : 1) + bits;
  const std::string lanes_operand =
      shape.sums.form == circuit::Sums::Form::Depthwise
          ? fmt::format("{}[p/{}*{}+:{}]", x.wire, shape.outputs, x.width, x.width)
          : fmt::format("{}[s*{}+:{}]", x.wire, x.width, x.width);
  const std::string number = fmt::format("(p*{}+s)", shape.operands);
  Instance instance(factor.binary ? "qfx_plus_minus" : "qfx_multiply", "product_of");
  instance.with("X_WIDTH", x.width).with("X_SIGNED", x.is_signed ? 1 : 0);
  if (!factor.binary) instance.with("W_WIDTH", bits);
  instance.with("OUT_WIDTH", text.term_width).ports({"clk", "en"}).port("x", lanes_operand);
  if (factor.binary)
    instance.port("plus", fmt::format("weights[{}]", number));
  else
    instance.port("w", fmt::format("weights[{}*{}+:{}]", number, bits, bits));
  instance.port("product",
                fmt::format("products[{}*{}+:{}]", number, text.term_width, text.term_width));
  text.products = fmt::format(
      "  wire {}products;\n"
      "  generate\n"
      "    for (p = 0; p < {}; p = p + 1) begin : products_of_lane\n"
      "      for (s = 0; s < {}; s = s + 1) begin : operand\n"
      "{}"
      "      end\n"
      "    end\n"
      "  endgenerate\n",
      range(shape.sums.pe * shape.operands * text.term_width), shape.sums.pe, shape.operands,
      instance.text(8));
  text.support.insert(factor.binary ? "qfx_plus_minus" : "qfx_multiply");
  return text;
}

std::string factor_memory(const std::string& name, const SumsShape& shape,
                          const FactorsText& factors, EngineText& engine_text) {
  const std::string file = name + "_weights.mem";
  engine_text.memories[file] = factors.memory;
  engine_text.support.insert("qfx_rom");
  const std::int64_t depth = shape.sums.blocks * shape.sums.steps;
  return fmt::format("\n  wire {}weights;\n", range(factors.width)) +
         Instance("qfx_rom", "factors")
             .with("WIDTH", factors.width)
             .with("DEPTH", depth)
             .with("ADDRESS_WIDTH", unsigned_bits(depth - 1))
             .with("BLOCK", circuit::in_block_ram(depth, factors.width) ? 1 : 0)
             .with("FILE", '"' + file + '"')
             .port("clk", "clk")
             .port("read", "en")
             .port("address", "index")
             .port("data", "weights")
             .text();
}

}  // namespace qfx::backends::verilog
