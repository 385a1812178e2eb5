#include "backends/verilog/print_sums.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/engine_frame.h"
#include "backends/verilog/factors.h"
#include "backends/verilog/flag_delay.h"
#include "backends/verilog/lane_constants.h"
#include "backends/verilog/memory_text.h"
#include "backends/verilog/print_stepwise.h"
#include "backends/verilog/sums_matrix.h"
#include "backends/verilog/sums_width.h"
#include "backends/verilog/sums_window.h"

#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Sums;

class SumsPrinter {
 public:
  SumsPrinter(const Context& context, const circuit::Engine& engine, const Sums& sums)
      : context_(context),
        engine_(engine),
        shape_(context.circuit.network, sums),
        pipeline_(circuit::pipeline_of(context.circuit.network, sums)),
        is_walk_(sums.form == Sums::Form::Walk),
        gated_(shape_.work.gate.has_value()) {}

  EngineText print() {
    SumsWindow window(context_.name, shape_, engine_, pipeline_.counts);
    FactorsText factors;
    if (matrix()) {
      const Operands x = window.operands();
      matrix_ = sums_matrix(context_.name + "_matrix", shape_, gated_ ? 2 : x.width,
                            pipeline_.matrix_stages);
    } else {
      factors = factors_text(shape_, window.operands(), pipeline_.counts);
    }
    if (pipeline_.counts)
      counting_ = counting_of(pipeline_.operands, gated_ ? 1 : shape_.work.level_bits,
                              is_padded() && !is_walk_);
    sum_width_ = counted_or_summed_width();
    constants_ =
        lane_constants(shape_, pipeline_.counts ? &counting_ : nullptr, gated_ ? sum_width_ : 0);

    std::string& out = text_.module;
    out = engine_head("Sums of products.", context_.name, window.in_width(), out_width());
    out += window.text(text_);
    if (matrix())
      out += matrices(window.operands());
    else
      out += factor_memory(context_.name, shape_, factors, text_);
    if (!pipeline_.counts && !matrix()) {
      out += "\n" + (gated_ ? planes_of(window.operands()) + plane_products() : factors.products);
      if (gated_) text_.support.insert("qfx_plus_minus");
      text_.support.insert(factors.support.begin(), factors.support.end());
    }
    out += flags();
    out += constants();
    out += fmt::format(
        "\n  wire {}result;\n  generate\n    for (p = 0; p < {}; p = p + 1) begin : lane\n",
        range(out_width()), sums().pe);
    out += lane(window.operands(), factors);
    out += "    end\n  endgenerate\n";
    out += engine_end();
    declare_counters(out);
    if (matrix()) out += "\n" + matrix_.text.module;
    return std::move(text_);
  }

 private:
  const Sums& sums() const { return shape_.sums; }
  std::int64_t out_width() const { return sums().pe * shape_.output.width; }
  bool is_padded() const { return shape_.window.padding != graph::Sides(); }
  bool matrix() const { return pipeline_.matrix_stages > 0; }
  int stages() const { return matrix() ? pipeline_.matrix_stages - 1 : pipeline_.sum_stages; }
  void use(const std::string& module) { text_.support.insert(module); }

  // Of a lane's finished sum.
  int counted_or_summed_width() const {
    if (matrix()) return matrix_.output_width;
    if (pipeline_.counts) {
      const std::int64_t step = counting_.is_double ? -counting_.shifted * 2 : -counting_.shifted;
      return signed_bits(0, step * (pipeline_.accumulates ? sums().steps : 1));
    }
    if (gated_) return signed_bits(-shape_.taps * shape_.inputs, shape_.taps * shape_.inputs);
    return sum_bits(shape_);
  }

  // Of a step's sum.
  int step_width() const {
    if (!pipeline_.counts) return sum_width_;
    return signed_bits(0, counting_.is_double ? -counting_.shifted * 2 : -counting_.shifted);
  }

  // Graphs of adders in place of products, as the wires NAME_sums, all lanes' sums side by side.
  std::string matrices(const Operands& x) {
    text_.support.insert(matrix_.text.support.begin(), matrix_.text.support.end());
    std::string out = "  wire _unused_index_ok = &{1'b0, index};\n";
    if (!gated_) return out + "\n" + matrix_.instance("whole", x.wire, sums().pe);
    return out + "\n" + planes_of(x) + matrix_.instance("upper", "upper", sums().pe) +
           matrix_.instance("lower", "lower", sums().pe);
  }

  // Padded walks of a gated layer: each plane of a value is -1, 0 or +1. The lowest bit of what is
  // a level is 1, of padding 0.
  std::string planes_of(const Operands& x) const {
    const std::int64_t n = pipeline_.operands;
    return fmt::format(
        "  wire {}upper, lower;  // planes, two bits signed each\n"
        "  generate\n"
        "    for (s = 0; s < {}; s = s + 1) begin : planes\n"
        "      wire [2:0] level = {}[3*s+:3];\n"
        "      assign upper[2*s+:2] = {{level[2] & level[0], level[0]}};\n"
        "      assign lower[2*s+:2] = {{!level[1] & level[0], level[0]}};\n"
        "    end\n"
        "  endgenerate\n",
        range(2 * n), n, x.wire);
  }

  std::string plane_products() const {
    const std::int64_t n = pipeline_.operands;
    const auto products = [&](const std::string& plane) {
      return fmt::format("  wire {}{}_products;\n", range(sums().pe * n * 3), plane) +
             "  generate\n" +
             fmt::format("    for (p = 0; p < {}; p = p + 1) begin : {}_products_of_lane\n",
                         sums().pe, plane) +
             fmt::format("      for (s = 0; s < {}; s = s + 1) begin : operand\n", n) +
             Instance("qfx_plus_minus", "product_of")
                 .with("X_WIDTH", 2)
                 .with("OUT_WIDTH", 3)
                 .ports({"clk", "en"})
                 .port("x", plane + "[2*s+:2]")
                 .port("plus", fmt::format("weights[p*{}+s]", n))
                 .port("product", fmt::format("{}_products[(p*{}+s)*3+:3]", plane, n))
                 .text(8) +
             "      end\n    end\n  endgenerate\n";
    };
    return products("upper") + products("lower");
  }

  // What goes along with the steps: `absent` as the last register of a step's sum is loaded, then
  // `adds`, `begins` and `ends` as the accumulator is; `done` with what is cast.
  std::string flags() {
    use("qfx_delay");
    std::string out = "\n";
    if (is_walk_) {
      out += "  wire ends;\n" + flag_delay("flags", 1, stages(), "valid", "ends");
    } else {
      out +=
          "  wire adds, begins, is_last, absent;\n" +
          flag_delay("flags", 3, stages() + 1, "{valid, first, last}", "{adds, begins, is_last}") +
          flag_delay("padding", 1, stages(), "padded", "absent") +
          "  wire ends = adds && is_last;\n";
      if (!is_padded()) out += "  wire _unused_padding_ok = absent;\n";
    }
    return out + "  wire done;\n" + flag_delay("end_of_sum", 1, 2, "ends", "done");
  }

  // The constants of the block whose sum is finished at the next edge.
  std::string constants() {
    if (constants_.word_width == 0) return "";
    use("qfx_rom");
    const std::string file = context_.name + "_constants.mem";
    text_.memories[file] = constants_.memory;
    const std::int64_t blocks = sums().blocks;
    const int bits = unsigned_bits(blocks - 1);
    std::string out = fmt::format("\n  wire {}block;\n", range(bits));
    if (blocks == 1) {
      out += "  assign block = 1'b0;\n";
    } else {
      use("qfx_counter");
      out += Instance("qfx_counter", "finished")
                 .with("COUNT", blocks)
                 .with("WIDTH", bits)
                 .ports({"clk", "rst"})
                 .port("step", "en && ends")
                 .port("at", "block")
                 .text();
    }
    return out + fmt::format("  wire {}constants;\n", range(constants_.word_width)) +
           Instance("qfx_rom", "constants_of_block")
               .with("WIDTH", constants_.word_width)
               .with("DEPTH", blocks)
               .with("ADDRESS_WIDTH", bits)
               .with("BLOCK", circuit::in_block_ram(blocks, constants_.word_width) ? 1 : 0)
               .with("FILE", '"' + file + '"')
               .port("clk", "clk")
               .port("read", "en")
               .port("address", "block")
               .port("data", "constants")
               .text();
  }

  std::string field(std::int64_t at, std::int64_t width) const {
    return fmt::format("constants[p*{}+{}+:{}]", constants_.lane_width, at, width);
  }

  // ---- a lane
  std::string lane(const Operands& x, const FactorsText& factors) {
    std::string out;
    if (matrix()) {
      const auto total = [&](const std::string& name) {
        return fmt::format("      wire {}{}_total = {}_sums[p*{}+:{}];\n", range(sum_width_), name,
                           name, sum_width_, sum_width_);
      };
      return gated_ ? total("upper") + total("lower") + gate() : total("whole") + aligned();
    }
    if (gated_) {
      out += finished("upper", step_of(x, factors, "upper", 1));
      out += finished("lower", step_of(x, factors, "lower", 0));
      return out + gate();
    }
    out += finished("whole", step_of(x, factors, "whole", 0));
    return out + aligned();
  }

  // The sum of a step's products, as the wire NAME_step. `plane`: of those that are counted with a
  // gate.
  std::string step_of(const Operands& x, const FactorsText& factors, const std::string& name,
                      int plane) {
    const std::string absent = is_walk_ || !is_padded() ? "1'b0" : "absent";
    std::string out = fmt::format("      wire {}{}_step;\n", range(step_width()), name);
    if (!pipeline_.counts) {
      use("qfx_sum_tree");
      use("qfx_add");
      const std::int64_t terms = gated_ ? pipeline_.operands : shape_.operands * factors.terms;
      const int width = gated_ ? 3 : factors.term_width;
      return out + Instance("qfx_sum_tree", name + "_sum")
                       .with("N", terms)
                       .with("IN_WIDTH", width)
                       .with("OUT_WIDTH", step_width())
                       .with("STAGES", stages())
                       .ports({"clk", "en"})
                       .port("absent", absent)
                       .port("x", fmt::format("{}products[p*{}+:{}]", gated_ ? name + "_" : "",
                                              terms * width, terms * width))
                       .port("sum", name + "_step")
                       .text(6);
    }
    for (const char* module : {"qfx_agree", "qfx_count216", "qfx_count36", "qfx_count6", "qfx_add"})
      use(module);
    const int bits = shape_.work.level_bits;
    std::string values = x.wire;
    if (shape_.sums.form == Sums::Form::Depthwise)
      values = fmt::format("{}[p/{}*{}+:{}]", x.wire, shape_.outputs, bits, bits);
    if (gated_) {
      out += fmt::format("      wire {}{}_plane;\n", range(pipeline_.operands), name);
      out += fmt::format("      for (s = 0; s < {}; s = s + 1) begin : {}_bits\n",
                         pipeline_.operands, name);
      const std::string first =
          shape_.sums.form == Sums::Form::Depthwise ? fmt::format("p/{}", shape_.outputs) : "s";
      out += fmt::format("        assign {}_plane[s] = {}[{}*{}+{}];\n      end\n", name, x.wire,
                         first, bits, plane);
      values = name + "_plane";
    }
    Instance agree("qfx_agree", name + "_count");
    agree.with("N", pipeline_.operands)
        .with("BITS", gated_ ? 1 : bits)
        .with("DOUBLE", counting_.is_double ? 1 : 0)
        .with("TREE_STAGES", stages() - 1)
        .with("OUT_WIDTH", step_width())
        .with("EMPTY", counting_.empty)
        .ports({"clk", "en"})
        .port("absent", absent)
        .port("x", values)
        .port("w", fmt::format("weights[p*{}+:{}]", pipeline_.operands, pipeline_.operands))
        .port("count", name + "_step");
    if (stages() > 1) use("qfx_sum_tree");
    return out + agree.text(6);
  }

  // The steps of a block added up, as the wire NAME.
  std::string finished(const std::string& name, const std::string& step) {
    if (!pipeline_.accumulates)
      return step +
             fmt::format("      wire {}{}_total = {}_step;\n", range(sum_width_), name, name);
    use("qfx_accumulate");
    return step + fmt::format("      wire {}{}_total;\n", range(sum_width_), name) +
           Instance("qfx_accumulate", name + "_steps")
               .with("IN_WIDTH", step_width())
               .with("WIDTH", sum_width_)
               .port("clk", "clk")
               .port("en", "en && adds")
               .port("first", "begins")
               .port("absent", "1'b0")
               .port("x", name + "_step")
               .port("sum", name + "_total")
               .text(6);
  }

  std::string aligned() {
    use("qfx_align");
    use("qfx_cast");
    const dataflow::Sum& sum = shape_.work.sum;
    const std::int64_t offset_bits = constants_.has_offset ? constants_.offset_width : 0;
    return fmt::format("      wire {}exact;\n", range(sum.width)) +
           Instance("qfx_align", "align")
               .with("IN_WIDTH", sum_width_)
               .with("LEFT", constants_.left + (pipeline_.counts ? counting_.left : 0))
               .with("LEFT_WIDTH", std::max(constants_.left_width, 1))
               .with("SHIFTS", constants_.left_width > 0 ? 1 : 0)
               .with("OFFSET_WIDTH", constants_.has_offset ? constants_.offset_width : 2)
               .with("OUT_WIDTH", sum.width)
               .ports({"clk", "en"})
               .port("x", "whole_total")
               .port("left",
                     constants_.left_width > 0 ? field(offset_bits, constants_.left_width) : "1'b0")
               .port("offset", constants_.has_offset ? field(0, offset_bits) : "2'b00")
               .port("y", "exact")
               .text(6) +
           cast(sum.width, sum.frac_bits);
  }

  std::string gate() {
    use("qfx_gate");
    use("qfx_cast");
    const int width = std::max(shape_.work.sum.width, sum_width_ + 1);
    return fmt::format("      wire {}exact;\n", range(width)) +
           Instance("qfx_gate", "gated")
               .with("IN_WIDTH", sum_width_)
               .with("LEFT", pipeline_.counts ? counting_.left : 0)
               .with("SHIFTED", pipeline_.counts ? counting_.shifted * sums().steps : 0)
               .with("OUT_WIDTH", width)
               .ports({"clk", "en"})
               .port("upper", "upper_total")
               .port("lower", "lower_total")
               .port("gate", field(0, sum_width_))
               .port("y", "exact")
               .text(6) +
           cast(width, 0);
  }

  std::string cast(int width, int frac_bits) const {
    const int bits = shape_.output.width;
    return cast_of("cast", width, frac_bits, shape_.output)
        .port("x", "exact")
        .port("y", fmt::format("result[p*{}+:{}]", bits, bits))
        .text(6);
  }

  const Context& context_;
  const circuit::Engine& engine_;
  SumsShape shape_;
  circuit::SumsPipeline pipeline_;
  bool is_walk_, gated_;
  Counting counting_;
  int sum_width_ = 2;
  LaneConstants constants_;
  SumsMatrix matrix_;
  EngineText text_;
};

}  // namespace

EngineText print_sums(const Context& context, const circuit::Engine& engine,
                      const circuit::Sums& sums) {
  if (sums.form == Sums::Form::Stepwise) return print_stepwise(context, engine, sums);
  return SumsPrinter(context, engine, sums).print();
}

}  // namespace qfx::backends::verilog
