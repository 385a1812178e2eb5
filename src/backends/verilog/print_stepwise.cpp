#include "backends/verilog/print_stepwise.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/engine_frame.h"
#include "backends/verilog/factors.h"
#include "backends/verilog/flag_delay.h"
#include "backends/verilog/lane_constants.h"
#include "backends/verilog/memory_text.h"
#include "backends/verilog/sums_window.h"

#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

class StepwisePrinter {
 public:
  StepwisePrinter(const Context& context, const circuit::Engine& engine, const circuit::Sums& sums)
      : context_(context),
        engine_(engine),
        shape_(context.circuit.network, sums),
        accumulator_(*shape_.work.accumulator),
        digit_stages_(circuit::pipeline_of(context.circuit.network, sums).sum_stages) {}

  EngineText print() {
    const SumsWindow window(context_.name, shape_, engine_, false);
    const FactorsText factors = factors_text(shape_, window.operands(), false);
    constants_ = lane_constants(shape_, nullptr, 0);
    text_.support = factors.support;
    for (const char* module : {"qfx_delay", "qfx_align", "qfx_step_sum", "qfx_cast"})
      text_.support.insert(module);
    const std::int64_t out_width = shape_.sums.pe * shape_.output.width;

    std::string& out = text_.module;
    out = engine_head("Sums of products, rounded after every addition.", context_.name,
                      window.in_width(), out_width);
    out += window.text(text_);
    out += factor_memory(context_.name, shape_, factors, text_);
    out += "\n" + factors.products + flags() + constants();
    out += fmt::format(
        "\n  wire {}result;\n  generate\n    for (p = 0; p < {}; p = p + 1) begin : lane\n",
        range(out_width), shape_.sums.pe);
    out += lane(factors) + "    end\n  endgenerate\n" + engine_end();
    declare_counters(out);
    return std::move(text_);
  }

 private:
  // `ends` beside the operands; `adds`, `begins` and `absent` as an aligned product is added;
  // `done` beside the finished sum.
  std::string flags() const {
    const int edges = 2 + digit_stages_;
    return "\n  wire ends = valid && last;\n  wire adds, begins, absent, done;\n" +
           flag_delay("flags", 3, edges, "{valid, first, padded}", "{adds, begins, absent}") +
           flag_delay("end_of_sum", 1, edges + 1, "ends", "done");
  }

  // Of the block whose product is in the product's register.
  std::string constants() {
    if (constants_.word_width == 0) return "";
    const std::string file = context_.name + "_constants.mem";
    text_.memories[file] = constants_.memory;
    text_.support.insert("qfx_rom");
    const std::int64_t blocks = shape_.sums.blocks, width = constants_.word_width;
    const int bits = unsigned_bits(blocks - 1);
    std::string out = fmt::format("\n  wire {}block;\n", range(bits));
    if (blocks == 1) {
      out += "  assign block = 1'b0;\n  wire _unused_block_ok = ends;\n";
    } else {
      // Beside the last register of the product's digits.
      text_.support.insert("qfx_counter");
      out += fmt::format("  wire block_ends;\n") +
             flag_delay("end_of_block", 1, digit_stages_, "ends", "block_ends") +
             Instance("qfx_counter", "block_of_products")
                 .with("COUNT", blocks)
                 .with("WIDTH", bits)
                 .ports({"clk", "rst"})
                 .port("step", "en && block_ends")
                 .port("at", "block")
                 .text();
    }
    out += fmt::format("  wire {}constants;\n", range(width));
    if (constants_.has_offset)
      out += fmt::format("  reg {}constants_of_sum;\n", range(width)) +
             "  always @(posedge clk) if (en) constants_of_sum <= constants;\n"
             "  wire _unused_constants_ok = &{1'b0, constants_of_sum};\n";
    return out + Instance("qfx_rom", "constants_of_block")
                     .with("WIDTH", width)
                     .with("DEPTH", blocks)
                     .with("ADDRESS_WIDTH", bits)
                     .with("BLOCK", circuit::in_block_ram(blocks, width) ? 1 : 0)
                     .with("FILE", '"' + file + '"')
                     .port("clk", "clk")
                     .port("read", "en")
                     .port("address", "block")
                     .port("data", "constants")
                     .text();
  }

  std::string lane(const FactorsText& factors) {
    const int offset_bits = constants_.has_offset ? constants_.offset_width : 0;
    const dataflow::Sum& sum = shape_.work.sum;
    std::string out, product = "product";
    int product_width = factors.term_width;
    const std::int64_t width = factors.terms * factors.term_width;
    out += fmt::format("      wire {}product;\n", range(product_width));
    if (digit_stages_ == 0) {
      out += fmt::format("      assign product = products[p*{}+:{}];\n", width, width);
    } else {
      for (const char* module : {"qfx_sum_tree", "qfx_add"}) text_.support.insert(module);
      product_width += unsigned_bits(factors.terms - 1);
      out = fmt::format("      wire {}product;\n", range(product_width)) +
            Instance("qfx_sum_tree", "digits")
                .with("N", factors.terms)
                .with("IN_WIDTH", factors.term_width)
                .with("OUT_WIDTH", product_width)
                .with("STAGES", digit_stages_)
                .ports({"clk", "en"})
                .port("absent", "1'b0")
                .port("x", fmt::format("products[p*{}+:{}]", width, width))
                .port("sum", "product")
                .text(6);
    }
    out += fmt::format("      wire {}aligned;\n", range(sum.width)) +
           Instance("qfx_align", "align")
               .with("IN_WIDTH", product_width)
               .with("LEFT", constants_.left)
               .with("LEFT_WIDTH", std::max(constants_.left_width, 1))
               .with("OFFSET_WIDTH", 2)
               .with("OUT_WIDTH", sum.width)
               .ports({"clk", "en"})
               .port("x", "product")
               .port("left", constants_.left_width > 0
                                 ? fmt::format("constants[p*{}+{}+:{}]", constants_.lane_width,
                                               offset_bits, constants_.left_width)
                                 : "1'b0")
               .port("offset", "2'b00")
               .port("y", "aligned")
               .text(6);
    const int bits = accumulator_.width;
    out += fmt::format("      wire {}from;\n", range(bits));
    if (!constants_.has_offset) {
      out += fmt::format("      assign from = {}'b0;\n", bits);
    } else {
      const std::string field =
          fmt::format("constants_of_sum[p*{}+:{}]", constants_.lane_width, constants_.offset_width);
      const int more = bits - constants_.offset_width;
      const std::string sign = fmt::format("constants_of_sum[p*{}+{}]", constants_.lane_width,
                                           constants_.offset_width - 1);
      if (more > 0)
        out += fmt::format("      assign from = {{{{{} {{{}}}}}, {}}};\n", more, sign, field);
      else
        out += fmt::format("      assign from = constants_of_sum[p*{}+:{}];\n",
                           constants_.lane_width, bits);
    }
    out += fmt::format("      wire {}total;\n", range(bits)) +
           Instance("qfx_step_sum", "steps")
               .with("X_WIDTH", sum.width)
               .with("X_FRAC", sum.frac_bits)
               .with("WIDTH", bits)
               .with("FRAC", accumulator_.frac_bits())
               .with("SIGNED", accumulator_.is_signed ? 1 : 0)
               .with("ROUNDING", static_cast<int>(accumulator_.rounding))
               .with("OVERFLOW", static_cast<int>(accumulator_.overflow))
               .with("N_BITS", accumulator_.wrap_bits)
               .port("clk", "clk")
               .port("en", "en && adds")
               .port("first", "begins")
               .port("absent", "absent")
               .port("x", "aligned")
               .port("from", "from")
               .port("sum", "total")
               .text(6);
    return out +
           cast_of("cast", bits, accumulator_.frac_bits(), shape_.output, accumulator_.is_signed)
               .port("x", "total")
               .port("y", fmt::format("result[p*{}+:{}]", shape_.output.width, shape_.output.width))
               .text(6);
  }

  const Context& context_;
  const circuit::Engine& engine_;
  SumsShape shape_;
  fixed::Format accumulator_;
  int digit_stages_;
  LaneConstants constants_;
  EngineText text_;
};

}  // namespace

EngineText print_stepwise(const Context& context, const circuit::Engine& engine,
                          const circuit::Sums& sums) {
  return StepwisePrinter(context, engine, sums).print();
}

}  // namespace qfx::backends::verilog
